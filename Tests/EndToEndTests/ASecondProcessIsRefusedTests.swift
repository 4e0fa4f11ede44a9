import Testing

/// Two engines on one data folder would each deliver the same mail: the second one must not start.
@Suite struct ASecondProcessIsRefusedTests {
    @Test(.timeLimit(.minutes(2))) func aSecondEngineOnTheSameFolderDoesNotStart() throws {
        let data = try TemporaryFolder()
        let first = try Engine.dev(data: data)
        let second = try Daemon(
            Engine.binary,
            [
                "dev", "--json", "--data", data.path, "--api", "127.0.0.1:\(FreePort.next())", "--submission",
                "127.0.0.1:\(FreePort.next())", "--inbox", "127.0.0.1:\(FreePort.next())",
            ])
        #expect(second.exitStatus(within: 60) != 0)
        #expect(second.errors.contains("\(first.daemon.identifier)"), "names the process that has it: \(second.errors)")
        #expect(second.errors.contains(data.path), "\(second.errors)")
        #expect(try first.get("/v1/messages").status == 200)
    }
}
