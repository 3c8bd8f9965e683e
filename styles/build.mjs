// Builds what the public pages load into build/static/, where Django looks for static files:
// register.css, register.svg and assets/. The one script, quoracy.js, is a static file of its own.

import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { compile } from "sass";

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const styles = join(project, "styles");
const modules = join(project, "node_modules");
const output = join(project, "build", "static");

const { css } = compile(join(styles, "register.scss"), {
  loadPaths: [modules, styles],
  style: "compressed",
  quietDeps: true,
});

rmSync(output, { force: true, recursive: true });
mkdirSync(output, { recursive: true });
cpSync(join(styles, "register.svg"), join(output, "register.svg"));
cpSync(join(modules, "nhsuk-frontend", "dist", "nhsuk", "assets"), join(output, "assets"), {
  recursive: true,
});
// Last, so that a build that failed is not taken for one that is up to date.
writeFileSync(join(output, "register.css"), css + "\n");
