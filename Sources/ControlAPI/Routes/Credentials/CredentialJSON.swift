import Mail
import Service

enum CredentialJSON {
    static func row(_ credential: SMTPCredential) -> JSONValue { .object(members(credential)) }

    /// With the password: the only time it is shown.
    static func created(_ created: CreatedCredential) -> JSONValue {
        var object = members(created.credential)
        object.append("password", .string(created.password))
        return .object(object)
    }

    private static func members(_ credential: SMTPCredential) -> JSONObject {
        [
            "id": .id(credential.id), "name": .string(credential.name), "username": .string(credential.user),
            "domain": .text(credential.domain?.text), "test": .bool(credential.isTest),
            "created_at": .time(credential.createdAt),
        ]
    }
}
