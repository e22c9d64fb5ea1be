locals {
  dist = "${path.module}/${var.dist}"
  # A name with the hash of the content: the same bytes change nothing, others are deployed.
  release_sha256  = filesha256("${local.dist}/worker.tar")
  explore_sha256  = filesha256("${local.dist}/explore.zip")
  publish_sha256  = filesha256("${local.dist}/publish.zip")
  release_address = "gs://${google_storage_bucket.artifacts.name}/${google_storage_bucket_object.release.name}"
}

# The functions' sources and the worker's releases. All of it can be made again with `make dist`, so that nothing else
# should lie here.
resource "google_storage_bucket" "artifacts" {
  name                        = "${var.project_id}-namewire"
  location                    = var.region
  force_destroy               = true
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  depends_on = [google_project_service.this]
}

resource "google_storage_bucket_object" "release" {
  name         = "worker-${substr(local.release_sha256, 0, 12)}.tar"
  bucket       = google_storage_bucket.artifacts.name
  source       = "${local.dist}/worker.tar"
  content_type = "application/x-tar"

  # The template of the last release names the last object, until the new template is there. What the VMs of the
  # last release need later, they have on their disks.
  lifecycle {
    create_before_destroy = true
  }
}

resource "google_storage_bucket_object" "explore" {
  name         = "explore-${substr(local.explore_sha256, 0, 12)}.zip"
  bucket       = google_storage_bucket.artifacts.name
  source       = "${local.dist}/explore.zip"
  content_type = "application/zip"

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_storage_bucket_object" "publish" {
  name         = "publish-${substr(local.publish_sha256, 0, 12)}.zip"
  bucket       = google_storage_bucket.artifacts.name
  source       = "${local.dist}/publish.zip"
  content_type = "application/zip"

  lifecycle {
    create_before_destroy = true
  }
}

# Where Google's builder puts the functions' images.
resource "google_artifact_registry_repository" "functions" {
  repository_id = "namewire"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of Namewire's functions"

  cleanup_policies {
    id     = "keep-the-latest"
    action = "KEEP"

    most_recent_versions {
      keep_count = 5
    }
  }

  cleanup_policies {
    id     = "delete-the-old"
    action = "DELETE"

    condition {
      older_than = "30d"
    }
  }

  depends_on = [google_project_service.this]
}
