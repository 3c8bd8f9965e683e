"""Addresses of the register. Slugs are public and permanent."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]
