output "explore_url" {
  description = "Where one sees who is in the news."
  value       = local.explore_url
}

output "publish_url" {
  description = "Where articles are sent."
  value       = local.publish_url
}

output "topics" {
  description = "The topics, for those who publish to `articles` themselves."
  value       = { for name, topic in google_pubsub_topic.this : name => topic.id }
}

output "artifacts_bucket" {
  description = "The bucket with the releases; a model's wheel may lie there too."
  value       = google_storage_bucket.artifacts.name
}

output "invoke_role" {
  description = "Lets someone call the publish function; publish_invokers does the same for good."
  value       = "gcloud run services add-iam-policy-binding ${google_cloudfunctions2_function.publish.name} --project=${var.project_id} --region=${var.region} --role=roles/run.invoker --member=user:SOMEONE@EXAMPLE.COM"
}

output "commands" {
  description = "Ready to paste; `terraform output -raw commands` prints them as they are."
  value       = <<-EOT
    # An article over HTTP${local.key_export}
    curl -sS '${local.publish_url}' -H "Authorization: Bearer $(gcloud auth print-identity-token)" \
      -H 'Content-Type: application/json'${local.key_header} \
      -d '{"id": "first-light", "publication": "The Harbour Gazette", "content": "Ingrid Solhaug opened the Lisbon office of Kestrel & Vane on Monday."}'

    # An article without HTTP
    gcloud pubsub topics publish ${google_pubsub_topic.this["articles"].name} --project=${var.project_id} \
      --attribute=publication=Reuters --message='Ministers from Kenya and Ghana met in Nairobi.'

    # A whole archive, and the answers, from the folder of the project
    export GOOGLE_CLOUD_PROJECT='${var.project_id}' NAMEWIRE_PUBLISH_URL='${local.publish_url}'
    export NAMEWIRE_TOKEN="$(gcloud auth print-identity-token)"
    .venv/bin/namewire submit archive.jsonl
    .venv/bin/namewire article first-light
    .venv/bin/namewire top --limit 20
    .venv/bin/namewire status

    # The explorer, for those who may look: then open http://127.0.0.1:8080
    gcloud run services proxy ${google_cloudfunctions2_function.explore.name} --project=${var.project_id} --region=${var.region}
  EOT
}

locals {
  explore_url = google_cloudfunctions2_function.explore.service_config[0].uri
  publish_url = google_cloudfunctions2_function.publish.service_config[0].uri
  key_export  = var.api_keys_version > 0 ? "\nexport NAMEWIRE_API_KEY='ONE OF THE KEYS'" : ""
  key_header  = var.api_keys_version > 0 ? " -H \"X-API-Key: $NAMEWIRE_API_KEY\"" : ""
}
