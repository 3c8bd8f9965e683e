"""The Organisation Data Service's own files of organisations, codes and memberships."""
