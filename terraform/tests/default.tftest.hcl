# What one gets with nothing but a project and a region. The provider is mocked: `terraform test` creates
# nothing, asks nobody, and needs no credentials.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }

  override_resource {
    target = google_service_account.build
    values = { member = "serviceAccount:namewire-build@demo-project.iam.gserviceaccount.com" }
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
  project_id = "demo-project"
  region     = "europe-west1"
  dist       = "tests/built"
  api_keys   = "" # an ephemeral variable that is not set cannot be applied by `terraform test`
}

run "pubsub_is_what_topology_says" {
  command = apply

  assert {
    condition     = keys(google_pubsub_topic.this) == keys(yamldecode(file("topology.yaml")).topics)
    error_message = "Topics and topology.yaml differ."
  }

  assert {
    condition     = keys(google_pubsub_subscription.this) == keys(yamldecode(file("topology.yaml")).subscriptions)
    error_message = "Subscriptions and topology.yaml differ."
  }

  assert {
    condition = alltrue([
      for name, policy in yamldecode(file("topology.yaml")).subscriptions :
      google_pubsub_subscription.this[name].ack_deadline_seconds == policy.ack_deadline_seconds &&
      google_pubsub_subscription.this[name].message_retention_duration == "${policy.message_retention_seconds}s" &&
      length(google_pubsub_subscription.this[name].retry_policy) == (can(policy.retry_minimum_backoff_seconds) ? 1 : 0) &&
      alltrue([
        for retry in google_pubsub_subscription.this[name].retry_policy :
        retry.minimum_backoff == "${policy.retry_minimum_backoff_seconds}s" &&
        retry.maximum_backoff == "${policy.retry_maximum_backoff_seconds}s"
      ]) &&
      google_pubsub_subscription.this[name].enable_exactly_once_delivery == policy.exactly_once_delivery &&
      google_pubsub_subscription.this[name].expiration_policy[0].ttl == ""
    ])
    error_message = "A subscription does not have the policies of topology.yaml, or may expire."
  }
}

run "dead_letters_are_complete" {
  command = apply

  assert {
    condition = alltrue([
      for name in ["articles-ner", "entities-store"] :
      google_pubsub_subscription.this[name].dead_letter_policy[0].max_delivery_attempts == 5
    ])
    error_message = "What the worker pulls needs a dead-letter policy."
  }

  # Only both grants together move a letter.
  assert {
    condition = alltrue([
      for name, dead in { articles-ner = "articles-dead", entities-store = "entities-dead" } :
      google_pubsub_topic_iam_member.dead_letters_by_pubsub[name].topic == dead &&
      google_pubsub_topic_iam_member.dead_letters_by_pubsub[name].role == "roles/pubsub.publisher" &&
      google_pubsub_topic_iam_member.dead_letters_by_pubsub[name].member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    ])
    error_message = "Pub/Sub's service agent must publish to each dead-letter topic."
  }

  assert {
    condition = alltrue([
      for name in ["articles-ner", "entities-store"] :
      google_pubsub_subscription_iam_member.dead_letters_by_pubsub[name].subscription == name &&
      google_pubsub_subscription_iam_member.dead_letters_by_pubsub[name].role == "roles/pubsub.subscriber" &&
      google_pubsub_subscription_iam_member.dead_letters_by_pubsub[name].member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    ])
    error_message = "Pub/Sub's service agent must acknowledge on each subscription with dead letters."
  }
}

run "each_account_has_only_what_it_needs" {
  command = apply

  assert {
    condition = (
      google_pubsub_topic_iam_member.articles_by_publish.topic == "articles" &&
      google_pubsub_topic_iam_member.articles_by_publish.role == "roles/pubsub.publisher" &&
      google_pubsub_topic_iam_member.articles_by_publish.member == google_service_account.publish.member
    )
    error_message = "The publish function publishes articles."
  }

  assert {
    condition = (
      keys(google_pubsub_subscription_iam_member.pulled_by_worker) == ["articles-ner", "entities-store"] &&
      keys(google_pubsub_topic_iam_member.published_by_worker) == ["articles-dead", "entities", "entities-dead"] &&
      alltrue([for grant in google_pubsub_topic_iam_member.published_by_worker : grant.member == google_service_account.worker.member]) &&
      alltrue([for grant in google_pubsub_subscription_iam_member.pulled_by_worker : grant.member == google_service_account.worker.member])
    )
    error_message = "The worker pulls from its two subscriptions, and publishes to all topics but articles."
  }

  assert {
    condition = (
      google_project_iam_member.documents_by_worker.role == "roles/datastore.user" &&
      google_project_iam_member.documents_by_worker.condition[0].expression == "resource.name == \"projects/demo-project/databases/(default)\""
    )
    error_message = "The worker writes documents, in its own database."
  }

  assert {
    condition     = google_project_iam_member.sources_by_build.condition[0].expression == "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-\")"
    error_message = "The builder reads sources of functions, and no other bucket."
  }

  assert {
    condition     = length(google_storage_bucket_iam_member.model_by_worker) == 0
    error_message = "Without a model in a bucket there is nothing to fetch."
  }
}

# Without an account of its own, each of these would run as one that can edit the project.
run "each_part_runs_under_its_own_account" {
  command = apply

  assert {
    condition     = google_cloudfunctions2_function.publish.service_config[0].service_account_email == google_service_account.publish.email
    error_message = "The function runs as namewire-publish."
  }

  assert {
    condition     = google_cloudfunctions2_function.publish.build_config[0].service_account == google_service_account.build.id
    error_message = "The function is built by namewire-build."
  }

  assert {
    condition = (
      google_compute_region_instance_template.worker.service_account[0].email == google_service_account.worker.email &&
      alltrue([for scope in google_compute_region_instance_template.worker.service_account[0].scopes : endswith(scope, "cloud-platform")])
    )
    error_message = "The VM runs as namewire-worker, and IAM alone says what it may do."
  }
}

run "nothing_is_public" {
  command = apply

  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.publish_by_everybody) == 0 && length(google_cloud_run_v2_service_iam_member.publish_by_invokers) == 0
    error_message = "Nobody may call the function unless asked for."
  }

  assert {
    condition     = google_storage_bucket.artifacts.public_access_prevention == "enforced" && google_storage_bucket.artifacts.uniform_bucket_level_access
    error_message = "The bucket must not be made public."
  }

  assert {
    condition = alltrue([
      for interface in google_compute_region_instance_template.worker.network_interface :
      length(interface.access_config) == 0 && length(interface.ipv6_access_config) == 0
    ])
    error_message = "A VM must not have a public address."
  }

  assert {
    condition     = google_compute_subnetwork.this.private_ip_google_access && google_compute_network.this.delete_default_routes_on_create
    error_message = "The VMs reach Google's APIs privately, and there is no way to anything else."
  }

  assert {
    condition     = length(google_compute_router_nat.this) + length(google_compute_route.internet) + length(google_compute_firewall.to_internet) == 0
    error_message = "There must be no way to the internet unless asked for."
  }

  assert {
    condition     = one(google_compute_firewall.no_egress.deny).protocol == "all" && google_compute_firewall.no_egress.priority > google_compute_firewall.to_apis.priority
    error_message = "What is not allowed outward is denied, after what is."
  }

  assert {
    condition     = google_compute_firewall.to_apis.destination_ranges == toset(["199.36.153.8/30"]) && google_compute_route.apis.dest_range == "199.36.153.8/30"
    error_message = "Outward only to private.googleapis.com."
  }

  assert {
    condition = (
      google_compute_firewall.from_health_checks.source_ranges == toset(["35.191.0.0/16", "130.211.0.0/22"]) &&
      length(google_compute_firewall.ssh_from_iap) == 0
    )
    error_message = "Inward only Google's health checkers."
  }
}

run "google_s_names_lead_to_the_private_address" {
  command = apply

  assert {
    condition = (
      google_dns_record_set.apis["googleapis"].name == "private.googleapis.com." &&
      google_dns_record_set.apis["packages"].name == "packages.cloud.google.com." &&
      alltrue([for record in google_dns_record_set.apis : record.rrdatas == tolist(["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"])]) &&
      google_dns_record_set.any_api.name == "*.googleapis.com." &&
      google_dns_record_set.any_api.rrdatas == tolist(["private.googleapis.com."])
    )
    error_message = "Without these names the VM finds no API, because it has no other way out."
  }

  assert {
    condition     = one(google_compute_firewall.to_apis.allow).protocol == "tcp" && one(google_compute_firewall.to_apis.allow).ports == tolist(["443"])
    error_message = "The APIs are asked over TLS."
  }

  assert {
    condition     = one(google_compute_firewall.from_health_checks.allow).protocol == "tcp" && one(google_compute_firewall.from_health_checks.allow).ports == tolist(["8086"])
    error_message = "The health checkers may ask for health, and nothing else."
  }
}

run "names_hold_the_hash_of_the_content" {
  command = apply

  assert {
    condition     = google_storage_bucket_object.release.name == "worker-${substr(filesha256("tests/built/worker.tar"), 0, 12)}.tar"
    error_message = "The release is named by its content."
  }

  assert {
    condition     = google_storage_bucket_object.publish.name == "publish-${substr(filesha256("tests/built/publish.zip"), 0, 12)}.zip"
    error_message = "The function's source is named by its content."
  }

  assert {
    condition     = google_cloudfunctions2_function.publish.build_config[0].source[0].storage_source[0].object == google_storage_bucket_object.publish.name
    error_message = "The function is built from that source."
  }

  # So that other bytes make another template, and the group rolls over.
  assert {
    condition = (
      google_compute_region_instance_template.worker.metadata.namewire-release == "gs://demo-project-namewire/${google_storage_bucket_object.release.name}" &&
      google_compute_region_instance_template.worker.metadata.namewire-release-sha256 == filesha256("tests/built/worker.tar")
    )
    error_message = "The VM is told its release and the hash."
  }
}

run "the_vm_follows_the_backlog_and_heals" {
  command = apply

  assert {
    condition     = google_compute_region_instance_template.worker.machine_type == "c3d-standard-16" && google_compute_region_instance_template.worker.scheduling[0].provisioning_model == "STANDARD"
    error_message = "16 cores, not spot."
  }

  assert {
    condition = (
      google_compute_region_autoscaler.worker.autoscaling_policy[0].min_replicas == 1 &&
      google_compute_region_autoscaler.worker.autoscaling_policy[0].metric[0].name == "pubsub.googleapis.com/subscription/num_undelivered_messages" &&
      strcontains(google_compute_region_autoscaler.worker.autoscaling_policy[0].metric[0].filter, "\"articles-ner\"") &&
      google_compute_region_autoscaler.worker.autoscaling_policy[0].metric[0].single_instance_assignment == 50000 &&
      google_compute_region_autoscaler.worker.autoscaling_policy[0].scale_in_control[0].max_scaled_in_replicas[0].fixed == 1
    )
    error_message = "The group follows the backlog of articles-ner, keeps one VM, and shrinks slowly."
  }

  assert {
    condition = (
      google_compute_region_instance_group_manager.worker.update_policy[0].type == "PROACTIVE" &&
      google_compute_region_instance_group_manager.worker.update_policy[0].max_unavailable_fixed == 0 &&
      google_compute_health_check.worker.http_health_check[0].request_path == "/healthz"
    )
    error_message = "A new release rolls over without a gap, and sick VMs are replaced."
  }

  assert {
    condition     = google_compute_region_instance_group_manager.worker.auto_healing_policies[0].health_check == google_compute_health_check.worker.id
    error_message = "The group heals by the health check."
  }

  assert {
    condition = (
      google_compute_region_instance_group_manager.worker.distribution_policy_target_shape == "BALANCED" &&
      google_compute_region_instance_group_manager.worker.update_policy[0].instance_redistribution_type == "NONE" &&
      google_compute_region_instance_group_manager.worker.update_policy[0].max_surge_fixed == 3
    )
    error_message = "The API wants redistribution off for any shape but EVEN, and a surge of one a zone."
  }

  assert {
    condition = (
      google_compute_region_instance_template.worker.metadata.startup-script == file("vm/startup.sh") &&
      google_compute_region_instance_template.worker.metadata.enable-oslogin == "TRUE" &&
      google_compute_region_instance_template.worker.metadata.block-project-ssh-keys == "TRUE" &&
      google_compute_region_instance_template.worker.shielded_instance_config[0].enable_secure_boot
    )
    error_message = "The VM installs itself, starts what is signed, and lets nobody in with a project's key."
  }

  # The supervisor replaces a stalled process after 180 s; the group must not be faster.
  assert {
    condition     = google_compute_health_check.worker.check_interval_sec * google_compute_health_check.worker.unhealthy_threshold > 240
    error_message = "The group must leave the supervisor the time to heal."
  }

  assert {
    condition     = !strcontains(google_compute_region_instance_template.worker.metadata.namewire-environment, "\n") && google_compute_region_instance_template.worker.metadata.namewire-environment == "GOOGLE_CLOUD_PROJECT=demo-project"
    error_message = "The worker is told its project, and has no other settings."
  }
}

run "data_are_kept" {
  command = apply

  assert {
    condition     = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_ENABLED" && google_firestore_database.this.deletion_policy == "ABANDON"
    error_message = "Firestore must survive `terraform destroy`."
  }

  assert {
    condition     = google_firestore_database.this.type == "FIRESTORE_NATIVE" && google_firestore_database.this.location_id == "europe-west1"
    error_message = "A native database in the region."
  }

  assert {
    condition     = alltrue([for name in ["articles.content", "articles.entities", "articles.mentions", "publications.days"] : contains(keys(google_firestore_field.unindexed), name)])
    error_message = "Large maps and the content need no index."
  }

  assert {
    condition     = alltrue([for field in google_firestore_field.unindexed : field.deletion_policy == "ABANDON"])
    error_message = "Data that stay must not be indexed again by `terraform destroy`."
  }

  assert {
    condition     = [for field in google_firestore_index.entities_by_label.fields : field.field_path if field.field_path != "__name__"] == ["label", "mentions"]
    error_message = "`namewire top --label` needs its index."
  }

  # `namewire top --day` and `--publication` order by these.
  assert {
    condition     = !anytrue([for name in keys(google_firestore_field.unindexed) : startswith(name, "entities.days") || startswith(name, "entities.publications")])
    error_message = "What queries order by must stay indexed."
  }
}

run "options_are_off" {
  command = apply

  assert {
    condition     = length(google_bigquery_table.entities) + length(google_pubsub_subscription.bigquery) + length(google_secret_manager_secret.api_keys) + length(google_billing_budget.this) == 0
    error_message = "BigQuery, API keys and the budget must be asked for."
  }
}

run "commands_can_be_pasted" {
  command = apply

  assert {
    condition = alltrue([
      for part in ["curl -sS 'https://namewire-publish.example.com'", "print-identity-token", "gcloud pubsub topics publish articles --project=demo-project", "namewire submit ", "namewire top "] :
      strcontains(output.commands, part)
    ])
    error_message = "The output `commands` must show each way in and out."
  }
}
