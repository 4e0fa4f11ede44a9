import Mail
import Service

/// A domain as the routes show it.
enum DomainJSON {
    /// In lists and when it is new: without the findings of the last check.
    static func shown(_ view: DomainView) -> JSONValue { .object(members(view)) }

    /// With all that the last check found. Before the first check `checks` and `findings` are empty.
    static func checked(_ view: DomainView) -> JSONValue {
        var object = members(view)
        object.append("checks", .object(checks(view)))
        object.append("findings", .array(view.findings.map(finding)))
        return .object(object)
    }

    /// The score and where it comes from.
    static func score(_ view: DomainView) -> JSONValue {
        .object([
            "id": .id(view.domain.id), "domain": .string(view.domain.name.text),
            "status": .string(view.domain.status.rawValue), "score": number(view.domain.score),
            "checks": .object(checks(view)), "findings": .array(view.findings.map(finding)),
            "checked_at": .time(view.domain.checkedAt),
        ])
    }

    /// One word for each thing that was looked at, e.g. `"dkim": "ok"`.
    private static func checks(_ view: DomainView) -> JSONObject {
        var checks = JSONObject()
        for area in view.areas { checks.append(area, .text(view.status(of: area)?.rawValue)) }
        return checks
    }

    private static func members(_ view: DomainView) -> JSONObject {
        [
            "id": .id(view.domain.id), "domain": .string(view.domain.name.text),
            "status": .string(view.domain.status.rawValue), "score": number(view.domain.score),
            "dns_records": .array(view.records.map(record)), "dkim_keys": .array(view.domain.dkim.map(key)),
            "created_at": .time(view.domain.createdAt), "verified_at": .time(view.domain.verifiedAt),
            "failing_since": .time(view.domain.failingSince), "checked_at": .time(view.domain.checkedAt),
            "next_check_at": .time(view.domain.nextCheck),
        ]
    }

    private static func record(_ record: DNSRecordAdvice) -> JSONValue {
        .object([
            "purpose": .string(record.purpose.rawValue), "type": .string(record.type),
            "name": .string(record.name), "value": .string(record.value), "status": .text(record.status?.rawValue),
            "note": .text(record.note.isEmpty ? nil : record.note),
        ])
    }

    /// Never the private key.
    private static func key(_ key: DKIMKey) -> JSONValue {
        .object([
            "selector": .string(key.selector), "algorithm": .string(key.algorithm.rawValue),
            "state": .string(key.state.rawValue), "created_at": .time(key.createdAt),
            "activated_at": .time(key.activatedAt), "removable_at": .time(key.removableAt),
        ])
    }

    private static func finding(_ finding: DomainFinding) -> JSONValue {
        .object([
            "name": .string(finding.subject.name), "status": .string(finding.status.rawValue),
            "required": .bool(finding.isRequired), "weight": .integer(finding.weight),
            "record": .string(finding.record), "type": .string(finding.type),
            "published": .array(finding.published.map { .string($0) }),
            "expected": .array(finding.expected.map { .string($0) }),
            "advice": .text(finding.advice.isEmpty ? nil : finding.advice),
        ])
    }

    private static func number(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
}
