# Every option at once.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }

  override_resource {
    target = google_service_account.build
    values = { member = "serviceAccount:namewire-build@demo-project.iam.gserviceaccount.com" }
  }

  override_resource {
    target = google_service_account.explore
    values = {
      email  = "namewire-explore@demo-project.iam.gserviceaccount.com"
      member = "serviceAccount:namewire-explore@demo-project.iam.gserviceaccount.com"
    }
  }

  override_resource {
    target = google_cloudfunctions2_function.explore
    values = { service_config = { uri = "https://namewire-explore.example.com" } }
  }

  override_resource {
    target = google_service_account.publish
    values = {
      email  = "namewire-publish@demo-project.iam.gserviceaccount.com"
      member = "serviceAccount:namewire-publish@demo-project.iam.gserviceaccount.com"
    }
  }

  override_resource {
    target = google_service_account.worker
    values = {
      email  = "namewire-worker@demo-project.iam.gserviceaccount.com"
      member = "serviceAccount:namewire-worker@demo-project.iam.gserviceaccount.com"
    }
  }

  override_resource {
    target = google_cloudfunctions2_function.publish
    values = { service_config = { uri = "https://namewire-publish.example.com" } }
  }
}

mock_provider "time" {}

variables {
  project_id         = "demo-project"
  region             = "europe-west1"
  dist               = "tests/built"
  api_keys           = "one,two"
  api_keys_version   = 3
  bigquery           = true
  billing_account    = "012345-6789AB-CDEF01"
  budget_amount      = 500
  explore_is_public  = true
  explore_viewers    = ["user:ada@example.com"]
  firestore_location = "eur3"
  internet_egress    = true
  keep_data          = false
  machine_type       = "c4-standard-32"
  max_vms            = 9
  min_vms            = 2
  model              = "gs://my-models/en_core_web_lg-3.8.0-py3-none-any.whl"
  publish_invokers   = ["user:ada@example.com"]
  publish_is_public  = true
  settings           = { NAMEWIRE_STORE_CONTENT = "false" }
  spot               = true
  alert_emails       = ["on-call@example.com"]
  trace_share        = 0.5
  ssh_through_iap    = true
  zones              = ["europe-west1-b", "europe-west1-d"]
}

run "everything_on" {
  command = apply

  assert {
    condition     = google_cloud_run_v2_service_iam_member.publish_by_everybody[0].member == "allUsers" && google_secret_manager_secret_version.api_keys[0].secret_data_wo_version == 3
    error_message = "Public only together with API keys."
  }

  assert {
    condition = (
      google_secret_manager_secret_iam_member.api_keys_by_publish[0].role == "roles/secretmanager.secretAccessor" &&
      google_secret_manager_secret_iam_member.api_keys_by_publish[0].member == google_service_account.publish.member &&
      google_cloudfunctions2_function.publish.service_config[0].secret_environment_variables[0].key == "NAMEWIRE_API_KEYS" &&
      !contains(keys(google_cloudfunctions2_function.publish.service_config[0].environment_variables), "NAMEWIRE_API_KEYS")
    )
    error_message = "The function reads its keys from Secret Manager, and nowhere else."
  }

  assert {
    condition     = alltrue([for alert in google_monitoring_alert_policy.this : length(alert.notification_channels) == 1])
    error_message = "Whoever is named is told of every alert."
  }

  assert {
    condition = (
      google_cloudfunctions2_function.publish.service_config[0].environment_variables["OTEL_TRACES_EXPORTER"] == "gcp" &&
      strcontains(google_compute_region_instance_template.worker.metadata["namewire-environment"], "OTEL_TRACES_SAMPLER_ARG=0.5") &&
      contains(keys(google_project_service.this), "telemetry.googleapis.com")
    )
    error_message = "With a share of traces, both sides trace, and the API is on."
  }

  assert {
    condition     = strcontains(output.commands, "X-API-Key") && strcontains(output.commands, "export NAMEWIRE_API_KEY=")
    error_message = "The commands must say where the key goes."
  }

  assert {
    condition     = google_cloud_run_v2_service_iam_member.explore_by_everybody[0].member == "allUsers" && [for grant in google_cloud_run_v2_service_iam_member.explore_by_viewers : grant.member] == ["user:ada@example.com"]
    error_message = "The explorer is for whom it is asked for."
  }

  assert {
    condition     = [for grant in google_cloud_run_v2_service_iam_member.publish_by_invokers : grant.member] == ["user:ada@example.com"]
    error_message = "The invokers are those that were named."
  }

  assert {
    condition = (
      google_bigquery_table_iam_member.rows_by_pubsub[0].role == "roles/bigquery.dataEditor" &&
      google_bigquery_table_iam_member.rows_by_pubsub[0].member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com" &&
      google_pubsub_subscription.bigquery[0].bigquery_config[0].table == "demo-project.namewire.entities" &&
      google_pubsub_subscription.bigquery[0].bigquery_config[0].write_metadata
    )
    error_message = "Pub/Sub writes rows into the table."
  }

  assert {
    condition     = google_billing_budget.this[0].amount[0].specified_amount[0].units == "500" && length(google_billing_budget.this[0].threshold_rules) == 3
    error_message = "The budget warns three times."
  }

  assert {
    condition = (
      google_compute_region_instance_template.worker.scheduling[0].provisioning_model == "SPOT" &&
      google_compute_region_instance_template.worker.scheduling[0].instance_termination_action == "STOP" &&
      google_compute_region_instance_template.worker.scheduling[0].on_host_maintenance == "TERMINATE" &&
      !google_compute_region_instance_template.worker.scheduling[0].automatic_restart &&
      google_compute_region_instance_template.worker.disk[0].disk_type == "hyperdisk-balanced"
    )
    error_message = "Spot VMs of a family that takes hyperdisks only."
  }

  assert {
    condition = (
      google_compute_region_instance_group_manager.worker.update_policy[0].max_surge_fixed == 2 &&
      google_compute_region_autoscaler.worker.autoscaling_policy[0].min_replicas == 2 &&
      google_compute_region_autoscaler.worker.autoscaling_policy[0].max_replicas == 9
    )
    error_message = "The group has the sizes and zones that were asked for."
  }

  assert {
    condition = (
      google_storage_bucket_iam_member.model_by_worker[0].bucket == "my-models" &&
      google_compute_region_instance_template.worker.metadata.namewire-model == var.model &&
      startswith(google_compute_region_instance_template.worker.metadata.namewire-environment, "GOOGLE_CLOUD_PROJECT=demo-project\nNAMEWIRE_STORE_CONTENT=false\n")
    )
    error_message = "The VM is told its model and settings, and may fetch the model."
  }

  # A way out, but still no way in.
  assert {
    condition = (
      length(google_compute_router_nat.this) == 1 && length(google_compute_firewall.ssh_from_iap) == 1 &&
      alltrue([for interface in google_compute_region_instance_template.worker.network_interface : length(interface.access_config) == 0]) &&
      one(google_compute_firewall.to_internet[0].allow).ports == tolist(["443"])
    )
    error_message = "Outward over port 443, and no public address."
  }

  assert {
    condition     = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_DISABLED" && google_firestore_database.this.deletion_policy == "DELETE" && google_firestore_database.this.location_id == "eur3"
    error_message = "Data go when that is asked for."
  }
}
