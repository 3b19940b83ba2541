# Answers what the request's reason asks for, so that each way in which a policy can answer, or fail to, is one request.
package curfew.access

asked := input.request.reason

verdict := answer if {
	some wanted, answer in data.answers
	wanted == asked
}

verdict := "of another kind" if asked == "two answers at once"

verdict := 1 if asked == "two answers at once"

# An answer that repeats where nobody expects it.
verdict := object.union(data.answers.yes, {input.requester.person: true}) if asked == "yes, as a key"

# Where and when: local clocks as Rego knows them, in zones and around their changes.
verdict := {"version": 1, "allow": true, "reasons": [json.marshal(clocks)]} if startswith(asked, "clocks of ")

clocks := [
	time.clock([time.parse_rfc3339_ns(input.at), zone]),
	time.date([time.parse_rfc3339_ns(input.at), zone]),
	time.weekday([time.parse_rfc3339_ns(input.at), zone]),
	time.weekday(time.parse_rfc3339_ns(input.at)),
] if {
	zone := trim_prefix(asked, "clocks of ")
}

# More work than anybody waits for, in little memory.
verdict := {"version": 1, "allow": true, "reasons": []} if {
	asked == "at length"
	text := concat("", [letter | some _ in numbers.range(1, 2000); letter := "a"])
	every _ in numbers.range(1, 200000) {
		not regex.match("(a|aa)+b", text)
	}
}

# More than any memory holds.
verdict := {"version": 1, "allow": true, "reasons": [sprintf("%d", [count(sums)])]} if asked == "everything"

sums contains [a, b] if {
	some a in numbers.range(1, 5000)
	some b in numbers.range(1, 5000)
	a + b > 2
}
