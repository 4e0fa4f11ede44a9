import Mail
import Service

enum DomainJSON {
    static func shown(_ view: DomainView) -> JSONValue {
        .object([
            "id": .id(view.domain.id), "domain": .string(view.domain.name.text),
            "status": .string(view.domain.status.rawValue),
            "dns_records": .array(
                view.records.map { record in
                    .object([
                        "purpose": .string(record.purpose.rawValue), "type": .string(record.type),
                        "name": .string(record.name), "value": .string(record.value),
                    ])
                }),
            "created_at": .time(view.domain.createdAt),
        ])
    }
}
