# State is local unless a backend is chosen; docs/deploy.md shows one in a bucket.
terraform {
  # Write-only arguments keep the API keys out of the state.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.45"
    }

    time = {
      source  = "hashicorp/time"
      version = "~> 0.13"
    }
  }
}

provider "google" {
  project = var.project_id
  region  = var.region
  # Budgets and some APIs want to know whose quota pays for a call that a person makes.
  billing_project       = var.project_id
  user_project_override = true
  # null is the cloud.
  pubsub_custom_endpoint = var.pubsub_endpoint

  default_labels = {
    app = "namewire"
  }
}
