locals {
  health_port = 8086 # terraform/vm/systemd/namewire-health.service
  family      = split("-", var.machine_type)[0]
  # The newest families take no other kind of disk.
  disk_type = contains(["c4", "c4d", "n4", "n4d"], local.family) ? "hyperdisk-balanced" : "pd-balanced"

  worker_environment = merge({ GOOGLE_CLOUD_PROJECT = var.project_id }, local.trace_environment, var.settings)
}

resource "google_compute_region_instance_template" "worker" {
  name_prefix  = "namewire-worker-"
  region       = var.region
  machine_type = var.machine_type
  tags         = ["namewire-worker"]

  disk {
    source_image = "projects/debian-cloud/global/images/family/debian-12"
    boot         = true
    disk_size_gb = 20
    disk_type    = local.disk_type
  }

  # No `access_config`: no public address.
  network_interface {
    subnetwork = google_compute_subnetwork.this.id
    nic_type   = "GVNIC"
  }

  metadata = merge(
    {
      block-project-ssh-keys = "TRUE"
      enable-oslogin         = "TRUE"
      # Runs at every boot, and does nothing when all is in place. What follows is for it.
      startup-script          = file("${path.module}/vm/startup.sh")
      namewire-release        = local.release_address
      namewire-release-sha256 = local.release_sha256
      namewire-environment    = join("\n", [for name, value in local.worker_environment : "${name}=${value}"])
      namewire-logging        = "cloud"
    },
    var.model == "" ? {} : { namewire-model = var.model },
  )

  scheduling {
    provisioning_model          = var.spot ? "SPOT" : "STANDARD"
    preemptible                 = var.spot
    automatic_restart           = !var.spot
    on_host_maintenance         = var.spot ? "TERMINATE" : "MIGRATE"
    instance_termination_action = var.spot ? "STOP" : null
  }

  service_account {
    email = google_service_account.worker.email
    # What it may do is said by IAM, not by scopes.
    scopes = ["cloud-platform"]
  }

  shielded_instance_config {
    enable_integrity_monitoring = true
    enable_secure_boot          = true
    enable_vtpm                 = true
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Answers 200 only while both roles make progress; a process that merely exists does not count.
resource "google_compute_health_check" "worker" {
  name                = "namewire-worker"
  check_interval_sec  = 30
  timeout_sec         = 10
  healthy_threshold   = 1
  unhealthy_threshold = 10 # five minutes: the supervisor replaces a stalled process after three

  http_health_check {
    port         = local.health_port
    request_path = "/healthz"
  }

  depends_on = [google_project_service.this]
}

resource "google_compute_region_instance_group_manager" "worker" {
  name                             = "namewire-worker"
  base_instance_name               = "namewire-worker"
  region                           = var.region
  distribution_policy_zones        = var.zones
  distribution_policy_target_shape = "BALANCED" # where there is room; not every zone has every machine

  version {
    instance_template = google_compute_region_instance_template.worker.self_link
  }

  auto_healing_policies {
    health_check      = google_compute_health_check.worker.id
    initial_delay_sec = 600 # boot, installation, and the first grants of a new project
  }

  # A new release: new VMs come first, then the old ones drain.
  update_policy {
    type                         = "PROACTIVE"
    minimal_action               = "REPLACE"
    replacement_method           = "SUBSTITUTE"
    instance_redistribution_type = "NONE"
    max_surge_fixed              = coalesce(try(length(var.zones), null), 3) # at least one a zone, says the API
    max_unavailable_fixed        = 0
  }

  # A VM is made when it can do what it is for, and drains before its network goes.
  depends_on = [
    google_compute_firewall.from_health_checks,
    google_compute_firewall.no_egress,
    google_compute_firewall.to_apis,
    google_compute_firewall.to_internet,
    google_compute_route.apis,
    google_compute_route.internet,
    google_compute_router_nat.this,
    google_dns_record_set.any_api,
    google_dns_record_set.apis,
    google_project_iam_member.documents_by_worker,
    google_pubsub_subscription_iam_member.pulled_by_worker,
    google_pubsub_topic_iam_member.published_by_worker,
    google_storage_bucket_iam_member.model_by_worker,
    google_storage_bucket_iam_member.release_by_worker,
  ]
}

resource "google_compute_region_autoscaler" "worker" {
  name   = "namewire-worker"
  region = var.region
  target = google_compute_region_instance_group_manager.worker.id

  autoscaling_policy {
    min_replicas    = var.min_vms
    max_replicas    = var.max_vms
    cooldown_period = 180 # seconds from the creation of a VM to its first articles

    # The figure lags by two to three minutes.
    metric {
      name                       = "pubsub.googleapis.com/subscription/num_undelivered_messages"
      filter                     = "resource.type = pubsub_subscription AND resource.label.subscription_id = \"${google_pubsub_subscription.this["articles-ner"].name}\""
      single_instance_assignment = var.articles_per_vm
    }

    scale_in_control {
      time_window_sec = 1200

      max_scaled_in_replicas {
        fixed = 1
      }
    }
  }

  # Other zones mean another group, and a group does not go while it has an autoscaler.
  lifecycle {
    replace_triggered_by = [google_compute_region_instance_group_manager.worker.distribution_policy_zones]
  }
}
