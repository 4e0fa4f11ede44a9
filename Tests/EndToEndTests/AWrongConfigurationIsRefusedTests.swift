import Foundation
import Testing

/// An operator at three in the morning reads the file, the line and what is wrong, all mistakes at once.
@Suite struct AWrongConfigurationIsRefusedTests {
    @Test func everyMistakeIsNamedWithItsLine() throws {
        let folder = try TemporaryFolder()
        let file = try folder.file(
            "martlet.yaml",
            text: """
                hostname: mail.example.com
                data: \(folder.path)
                queue:
                  retry:
                    frist: 5m
                    maximum: soon
                loops: many
                submission:
                  - listen: 127.0.0.1:0
                    tls: maybe
                """)
        let result = try Tool.run(Engine.binary, ["serve", "--config", file.path])
        #expect(result.status != 0)
        #expect(
            result.errors.contains("martlet.yaml:5: queue.retry.frist: unknown key; did you mean 'first'?"),
            "\(result.errors)")
        #expect(result.errors.contains("martlet.yaml:6: queue.retry.maximum: expected a duration"))
        #expect(result.errors.contains("martlet.yaml:7: loops: expected a whole number"))
        #expect(result.errors.contains("martlet.yaml:10: submission[0].tls: expected one of"))
    }

    @Test func whatWouldOnlyHurtLaterIsSaidNow() throws {
        let folder = try TemporaryFolder()
        let file = try folder.file(
            "martlet.yaml",
            text: """
                hostname: mail.example.com
                data: \(folder.path)
                inbound:
                  authority: two words
                authentication:
                  timeout: 0s
                reports:
                  keep: 0s
                domains:
                  check_every: 0s
                  spf_include: _spf.mail.example.com
                  return_path: ..bounce
                """)
        let result = try Tool.run(Engine.binary, ["serve", "--check", "--config", file.path])
        for (line, words) in [
            (4, "inbound.authority: expected a domain name"), (6, "authentication.timeout: 0s is less than 1s"),
            (8, "reports.keep: 0s is less than"), (10, "domains.check_every: 0s is less than 60s"),
            (12, "domains.return_path: expected a label"),
        ] {
            #expect(result.errors.contains("martlet.yaml:\(line): \(words)"), "\(result.errors)")
        }
        #expect(result.status != 0 && !result.errors.contains("spf_include"))
    }

    @Test(
        arguments: [
            ("outside: {ca_file: /none.pem}", "ca_file"),
            (
                "inbound: {domains: [a.example], ports: [{listen: '[::1]:0', certificate: /none.crt, key: /none.key}]}",
                "/none.crt"
            ),
        ]) func aCertificateThatIsNotThereIsNamed(_ text: String, _ name: String) throws
    {
        let folder = try TemporaryFolder()
        let file = try folder.file("martlet.yaml", text: "hostname: a.example\ndata: \(folder.path)\n\(text)\n")
        let result = try Tool.run(Engine.binary, ["serve", "--check", "--config", file.path])
        #expect(result.status != 0 && result.errors.contains(name), "\(result.errors)")
    }

    @Test func theFilesOfTheProjectAreRight() throws {
        let root = Repository.root
        for name in ["martlet.yaml", "Benchmarks/relay.yaml"] {
            let result = try Tool.run(Engine.binary, ["serve", "--check", "--config", "\(root)/\(name)"])
            #expect(result.status == 0, "\(name): \(result.errors)")
        }
    }

    @Test func aFileThatIsNotYAMLOrNotThereIsNamed() throws {
        let folder = try TemporaryFolder()
        let file = try folder.file("martlet.yaml", text: "a: [1\nb: }")
        let broken = try Tool.run(Engine.binary, ["serve", "--check", "--config", file.path])
        #expect(broken.status != 0 && broken.errors.contains("martlet.yaml:2"), "\(broken.errors)")
        let missing = try Tool.run(Engine.binary, ["serve", "--check", "--config", "\(folder.path)/none.yaml"])
        #expect(missing.status != 0 && missing.errors.contains("none.yaml"), "\(missing.errors)")
    }
}
