import Mail
import Service

enum KeyJSON {
    static func row(_ key: APIKey) -> JSONValue { .object(members(key)) }

    /// With the key itself: the only time it is shown.
    static func created(_ created: CreatedKey) -> JSONValue {
        var object = members(created.key)
        object.append("key", .string(created.text))
        return .object(object)
    }

    private static func members(_ key: APIKey) -> JSONObject {
        [
            "id": .id(key.id), "name": .string(key.name), "mode": .string(key.mode.rawValue),
            "scopes": .array(key.scopes.map(\.rawValue).sorted().map { .string($0) }), "hint": .string(key.hint),
            "domain": .text(key.domain?.text), "created_at": .time(key.createdAt),
        ]
    }
}
