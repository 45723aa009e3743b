# A Pub/Sub topic with a push subscription to the pipeline of sources/pubsub.yaml.
terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 5.0"
    }
  }
}

variable "endpoint" {
  description = "Where the cloud reaches the pipeline, such as https://departures.example.com"
  type        = string
}

data "google_project" "this" {}

resource "google_pubsub_topic" "departures" {
  name = "departures"
}

# Its address stands in spec.sources.pubsub.serviceAccount, with your project.
resource "google_service_account" "push" {
  account_id = "departures-push"
}

# Pub/Sub makes the tokens of this account.
resource "google_service_account_iam_member" "push" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_subscription" "pipeline" {
  name                       = "departures"
  topic                      = google_pubsub_topic.departures.id
  ack_deadline_seconds       = 60
  message_retention_duration = "604800s"

  push_config {
    push_endpoint = "${var.endpoint}/v1/records"

    # The audience stands in spec.sources.pubsub.audience.
    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = "https://departures.example.com"
    }
  }

  retry_policy {
    minimum_backoff = "1s"
    maximum_backoff = "60s"
  }

  expiration_policy {
    ttl = ""
  }

  depends_on = [google_service_account_iam_member.push]
}
