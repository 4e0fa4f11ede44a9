import Foundation
import Mail
import Service

/// The key and the SMTP password of `martlet dev`, kept in its data folder so that a restart does not change them. Only
/// digests are in the database; a development machine may keep the secrets themselves, readable by its user alone.
struct DevSecrets: Codable {
    var apiKey: String
    var user: String
    var password: String

    static func load(from data: String, engine: Engine) async throws -> DevSecrets {
        let file = URL(fileURLWithPath: data).appendingPathComponent("dev.json")
        if let kept = try? JSONDecoder().decode(DevSecrets.self, from: Data(contentsOf: file)),
            (try? await engine.room.keys.authenticate(kept.apiKey)) != nil,
            let client = IPAddress("127.0.0.1"),
            await engine.policy.authenticate(user: kept.user, password: kept.password, from: client) != nil
        {
            return kept
        }
        let tenant = engine.tenant.id
        let key: String
        if let first = engine.firstKey {
            key = first.text
        } else {
            key = try await engine.room.keys.create(
                name: "dev", mode: .live, scopes: Set(Scope.allCases), tenant: tenant
            ).text
        }
        let credential = try await engine.room.credentials.create(name: "dev", tenant: tenant)
        let secrets = DevSecrets(apiKey: key, user: credential.credential.user, password: credential.password)
        // Not to be written is no reason not to start: the next start makes new secrets.
        _ = FileManager.default.createFile(
            atPath: file.path, contents: try JSONEncoder().encode(secrets), attributes: [.posixPermissions: 0o600])
        return secrets
    }
}
