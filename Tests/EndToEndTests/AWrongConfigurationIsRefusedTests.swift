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
