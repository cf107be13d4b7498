"""Terraform and OpenTofu configurations, read without running either."""

from migrator.scan.terraform.reader import read_terraform

__all__ = ["read_terraform"]
