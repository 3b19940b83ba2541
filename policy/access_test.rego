package curfew.access_test

import data.curfew.access

# A person who deploys to production, and holds nothing: what the tests below change a part of.
asked := {
	"version": 1,
	"at": "2026-11-21T14:00:00.000Z",
	"phase": "submit",
	"request": {
		"cluster": "payments-prod",
		"namespaces": ["payments"],
		"role": "deployer",
		"durationSeconds": 1800,
		"reason": "Roll back to 1.41.2",
		"ticket": "PAY-4711",
	},
	"requester": {
		"kind": "person",
		"person": "dana@example.com",
		"principalArn": "arn:aws:iam::111122223333:role/developer",
		"sessionName": "dana@example.com",
	},
	"role": {
		"duty": "deployment",
		"rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "patch"]}],
		"maxDurationSeconds": 7200,
		"ticketRequired": true,
		"reviews": [{"count": 1, "from": ["payments-leads"]}],
	},
	"cluster": {"name": "payments-prod", "environment": "prod", "production": true},
	"live": [],
}

# The verdict on that request with some parts replaced, whatever data.json says today.
verdict_on(change) := verdict if {
	verdict := access.verdict with input as object.union(asked, change) with data.freezes as []
}

verdict_in_freeze(change) := verdict if {
	verdict := access.verdict with input as object.union(asked, change) with data.freezes as [freeze]
}

freeze := {
	"clusters": ["payments-prod"],
	"from": "2026-11-20T00:00:00.000Z",
	"until": "2026-11-30T00:00:00.000Z",
	"why": "Black Friday",
	"exempt": ["PAY-1"],
}

test_a_deployment_is_let_through_as_the_catalog_says if {
	verdict_on({}) == {"version": 1, "allow": true, "reasons": [], "require": {}}
}

test_a_workload_may_deploy if {
	verdict_on({"requester": {"kind": "workload"}}).allow
}

test_a_workload_gets_no_shell_and_no_secrets if {
	every duty in ["debugging", "secrets"] {
		verdict := verdict_on({"requester": {"kind": "workload"}, "role": {"duty": duty}})
		not verdict.allow
		verdict.reasons == [sprintf("A workload can't hold the duty %s: ask as yourself.", [duty])]
	}
}

test_nothing_is_deployed_during_a_freeze if {
	verdict := verdict_in_freeze({})
	verdict.reasons == ["Deployments to payments-prod are frozen until 2026-11-30T00:00:00.000Z: Black Friday."]
}

test_a_freeze_begins_and_ends_on_the_instant if {
	every at, allow in {
		"2026-11-19T23:59:59.999Z": true,
		"2026-11-20T00:00:00.000Z": false,
		"2026-11-29T23:59:59.999Z": false,
		"2026-11-30T00:00:00.000Z": true,
	} {
		verdict_in_freeze({"at": at}).allow == allow
	}
}

test_a_freeze_is_for_its_clusters_its_duty_and_not_for_exempt_tickets if {
	every change in [
		{"cluster": {"name": "payments-staging"}},
		{"role": {"duty": "monitoring"}},
		{"request": {"ticket": "PAY-1"}},
	] {
		verdict_in_freeze(change).allow
	}
}

test_a_request_without_a_ticket_is_not_exempt if {
	request := object.remove(asked.request, ["ticket"])
	verdict := access.verdict with input as object.union(object.remove(asked, ["request"]), {"request": request})
		with data.freezes as [freeze]
	not verdict.allow
}

test_deploying_and_reading_secrets_keep_apart if {
	every held, wanted in {"secrets": "deployment", "deployment": "secrets"} {
		verdict := verdict_on({
			"role": {"duty": wanted},
			"live": [{"role": "other", "duty": held, "expiresAt": "2026-11-21T16:00:00.000Z"}],
		})
		not verdict.allow
		verdict.reasons == [sprintf("You hold other (%s) until 2026-11-21T16:00:00.000Z; give it back first.", [held])]
	}
}

test_other_duties_may_be_held_together if {
	verdict_on({"live": [{"role": "pod-reader", "duty": "monitoring", "expiresAt": "2026-11-21T16:00:00.000Z"}]}).allow
}

test_secrets_in_production_are_shorter_and_signed_for if {
	verdict_on({"role": {"duty": "secrets"}}).require == {"maxDuration": "1h", "assurance": "signed"}
	verdict_on({"role": {"duty": "secrets"}, "cluster": {"production": false}}).require == {}
}
