import Foundation
import Testing

/// A certificate authority of the scenario's own.
struct TestAuthority {
    struct Certificate {
        /// PEM files: the certificate, and its private key.
        var chain: String
        var key: String
        /// The data of a TLSA record `3 1 1` for it (RFC 6698 §2.1).
        var tlsa: String
    }

    let folder: TemporaryFolder
    private let openssl: String

    /// What clients have to trust.
    var file: String { "\(folder.path)/ca.pem" }

    init(_ openssl: String) throws {
        self.openssl = openssl
        folder = try TemporaryFolder()
        try run(
            "req -x509 \(Self.newKey) -days 9 -subj /CN=Authority -addext keyUsage=keyCertSign,cRLSign "
                + "-keyout ca.key -out ca.pem")
    }

    func certificate(_ name: String, for hosts: [String]) throws -> Certificate {
        let names = hosts.map { "DNS:\($0)" }.joined(separator: ",")
        try run(
            "req \(Self.newKey) -subj /CN=\(name) -addext subjectAltName=\(names) -keyout \(name).key -out \(name).csr")
        try run(
            "x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -days 9 -copy_extensions copy -out \(name).pem")
        let digest = try run(
            "x509 -in \(name).pem -pubkey -noout", "pkey -pubin -outform der", "dgst -sha256 -r")
        return Certificate(
            chain: "\(folder.path)/\(name).pem", key: "\(folder.path)/\(name).key", tlsa: "3 1 1 \(digest.prefix(64))")
    }

    private static let newKey = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"

    /// The commands of openssl, each fed by the one before.
    @discardableResult
    private func run(_ commands: String...) throws -> String {
        let pipe = commands.map { "'\(openssl)' \($0)" }.joined(separator: " | ")
        let result = try Tool.run("/bin/sh", ["-c", "cd '\(folder.path)' && \(pipe)"])
        try #require(result.status == 0, "\(result.errors)")
        return result.output
    }
}
