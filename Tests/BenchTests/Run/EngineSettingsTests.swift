import Testing

@testable import Bench

@Suite struct EngineSettingsTests {
    @Test func theConfigurationHasWhatTheRunNeeds() {
        var settings = EngineSettings(submissionPort: 11, apiPort: 12, wayOut: .relay(port: 13))
        settings.connections = 7
        settings.more = "queue: {free_disk_percent: 1}"
        let text = settings.configuration(data: "/x/data")
        for line in [
            "data: \"/x/data\"", "api: {listen: \"127.0.0.1:12\", ",
            "  - {listen: \"127.0.0.1:11\", tls: none, trusted_networks: [127.0.0.0/8]}",
            "  next: {kind: relay, hosts: [\"127.0.0.1:13\"], tls: none, connections: 7, ",
            "queue: {free_disk_percent: 1}",
        ] {
            #expect(text.contains(line), "\(line)")
        }
    }

    @Test func metricsAreReadWithTheirLabels() {
        let page = "HTTP/1.1 200 OK\r\n\r\n# HELP a b\na_total 5\nb{x=\"1 2\"} 2.5\nbroken\n"
        #expect(EngineUnderTest.metrics(of: page)["a_total"] == 5)
        #expect(EngineUnderTest.metrics(of: page)["b{x=\"1 2\"}"] == 2.5)
    }

    @Test func theSourcesCommandLineSaysWhatWasChosen() {
        var load = LoadArguments()
        load.messages = 10
        load.perConnection = 1
        load.isTLS = true
        #expect(
            load.commandLine(port: 99).joined(separator: " ")
                == "bench source --target 127.0.0.1:99 --json --messages 10 --size 1024 --connections 20 "
                + "--per-connection 1 --domains 1 --loops 1 --seed 1 --tls")
    }

    @Test func progressIsOneLineWithRates() {
        #expect(
            LoadProgress.line("martlet", seconds: 3.2, since: 2, accepted: (100, 50), arrived: (80, 30))
                == "martlet  3 s  accepted 100 (25/s)  arrived 80 (15/s)")
        #expect(
            LoadProgress.line("martlet", seconds: 3.2, since: 2, accepted: (100, 50), arrived: nil)
                == "martlet  3 s  accepted 100 (25/s)")
    }

    @Test func postfixGetsItsPortsAndFolders() {
        let settings = PostfixSettings(port: 21, sinkPort: 22)
        let main = settings.mainFile(root: "/r")
        #expect(main.contains("\nqueue_directory = /r/queue\n"))
        #expect(main.contains("\nrelayhost = [127.0.0.1]:22\n"))
        #expect(settings.masterFile.contains("127.0.0.1:21 inet n - n - - smtpd\n"))
        // A name that stands twice makes every daemon of Postfix log a warning.
        let names = main.split(separator: "\n").compactMap { $0.split(separator: " ").first }
        #expect(Set(names).count == names.count)
    }
}
