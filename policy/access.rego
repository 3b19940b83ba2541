# METADATA
# title: The organisation's rules for access
# description: |
#   Judged beside Curfew's own guardrails, whenever access is asked for and again right before it is given. Each rule
#   refuses or asks for more; nothing here can allow what the guardrails or the catalog refuse. See docs/policy.md.
package curfew.access

# The one document that Curfew asks for.
verdict := {
	"version": 1,
	"allow": count(refusals) == 0,
	"reasons": sort(refusals),
	"require": requirements,
}

# Pipelines and agents get no shell and no secrets: nobody could say afterwards who it was.
refusals contains sprintf("A workload can't hold the duty %s: ask as yourself.", [input.role.duty]) if {
	input.requester.kind == "workload"
	input.role.duty in {"debugging", "secrets"}
}

# Nothing is deployed during a freeze, unless it is listed as exempt. Freezes stand in data.json.
refusals contains sprintf("Deployments to %s are frozen until %s: %s.", [input.cluster.name, freeze.until, freeze.why]) if {
	input.role.duty == "deployment"
	some freeze in data.freezes
	input.cluster.name in freeze.clusters
	input.at >= freeze.from
	input.at < freeze.until
	not exempt(freeze)
}

# A rule of its own: `not input.request.ticket in ...` is neither true nor false for a request without a ticket.
exempt(freeze) if input.request.ticket in freeze.exempt

# Whoever deploys does not read secrets at the same time, on any cluster.
refusals contains sprintf("You hold %s (%s) until %s; give it back first.", [held.role, held.duty, held.expiresAt]) if {
	some held in input.live
	{held.duty, input.role.duty} == {"deployment", "secrets"}
}

# A key is there only where something asks for it.
requirements["assurance"] := "signed" if sensitive

requirements["maxDuration"] := "1h" if sensitive

default sensitive := false

# Secrets in production: for an hour at most, and reviewed by a call that the reviewer signs.
sensitive if {
	input.cluster.production
	input.role.duty == "secrets"
}
