import Foundation
import Testing

/// DMARC and TLS reports: real ones of others arrive by mail and are stored; our own go out when their day is over.
@Suite struct ReportsComeInAndGoOutTests {
    private static let zone = """
        $ORIGIN example.
        $TTL 60
        @ IN SOA ns.example. root.example. 1 3600 600 86400 60
        @ IN NS ns.example.
        ns IN A 127.0.0.1
        mx IN A 127.0.0.1
        sender IN MX 10 mx.example.
        sender IN TXT "v=spf1 ip4:127.0.0.1 -all"
        _dmarc.sender IN TXT "v=DMARC1; p=none; rua=mailto:agg@sender.example"
        _smtp._tls.sender IN TXT "v=TLSRPTv1; rua=mailto:tls@sender.example"
        """

    private struct Scene {
        let folder: TemporaryFolder
        let python: String
        let names: Daemon
        let dns = FreePort.next()
        let inbound = FreePort.next()
        let submission = FreePort.next()
        let port = FreePort.next()

        init?() throws {
            guard let nsd = Tool.path("nsd", neededFor: "reports"),
                let python = Tool.path("python3", neededFor: "reports")
            else { return nil }
            self.python = python
            folder = try TemporaryFolder()
            names = try NameServer.start(
                nsd, port: dns, zones: ["example": ReportsComeInAndGoOutTests.zone], in: folder)
        }

        func engine(_ more: String) throws -> Daemon {
            try Engine.serve(
                configuration: """
                    hostname: out.taker.example
                    data: \(folder.path)/data
                    api: {listen: "127.0.0.1:\(FreePort.next())"}
                    submission:
                      - {listen: "127.0.0.1:\(submission)", tls: none, trusted_networks: [127.0.0.0/8]}
                    inbound:
                      ports:
                        - {listen: "127.0.0.1:\(inbound)", tls: none}
                      domains: [taker.example]
                    reports:
                      addresses: [dmarc@reports.taker.example, tls@reports.taker.example]
                      \(more)
                    dns: {servers: ["127.0.0.1:\(dns)"], ipv6: false}
                    transports:
                      internet: {kind: smtp, port: \(port), allow_loopback_targets: true}
                    routes:
                      - {match: "*", transport: internet}
                    """, port: inbound, in: folder)
        }

        func submit(_ message: String, to recipient: String, from sender: String, at port: UInt16) throws -> Tool.Result
        {
            try Tool.run(python, [Tool.peer("submit.py"), "\(port)", sender, recipient], input: message)
        }

        func database(_ command: String) throws -> Tool.Result {
            try Tool.run(python, [Tool.peer("reports.py"), command, "\(folder.path)/data/reports.sqlite"])
        }
    }

    private static func objects(_ lines: String) throws -> [[String: Any]] {
        try lines.split(separator: "\n").compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }

    @Test(.timeLimit(.minutes(2))) func whatOthersReportIsStored() throws {
        let samples = [
            "dmarc/parsedmarc/samples/aggregate/"
                + "Report domain- borschow.com Submitter- google.com Report-ID- 949348866075514174.eml",
            "dmarc/parsedmarc/samples/aggregate/twilight.eml",
            "dmarc/parsedmarc/samples/failure/dmarc_ruf_report_linkedin.crlf.eml",
            "mta-sts-tlsrpt-dane/mox/testdata/tlsreports/example.eml",
        ].compactMap { Conformance.path($0, neededFor: "reports that come in") }
        guard samples.count == 4, let scene = try Scene() else { return }
        defer { scene.names.kill() }
        let engine = try scene.engine("contact: reports@taker.example")
        for (index, sample) in samples.enumerated() {
            let recipient = index == 3 ? "tls@reports.taker.example" : "DMARC@reports.taker.example"
            let text = try String(contentsOfFile: sample, encoding: .utf8)
            // The first one comes twice, as mail does.
            for _ in 0..<(index == 0 ? 2 : 1) {
                let sent = try scene.submit(text, to: recipient, from: "reporter@sender.example", at: scene.inbound)
                #expect(sent.status == 0, "\(sample): \(sent.errors) \(engine.errors)")
            }
        }
        let question = "From: a@sender.example\nSubject: hello\n\nIs this the abuse desk?\n"
        let odd = try scene.submit(
            question, to: "dmarc@reports.taker.example", from: "a@sender.example", at: scene.inbound)
        #expect(odd.status == 0, "what is no report is kept, not refused: \(odd.errors)")
        let nobody = try scene.submit(
            question, to: "who@reports.taker.example", from: "a@sender.example", at: scene.inbound)
        #expect(nobody.status != 0 && nobody.errors.contains("550 5.1."), "\(nobody.errors)")

        // Answered 250 is stored, so one look is enough, beside the running engine.
        let listed = try scene.database("list")
        #expect(listed.status == 0, "\(listed.errors)")
        let reports = try Self.objects(listed.output)
        try #require(reports.count == 5, "\(listed.output)")
        #expect(reports.map { $0["kind"] as? String ?? "" }.prefix(4) == ["aggregate", "aggregate", "failure", "tls"])
        #expect(
            reports.map { $0["domain"] as? String ?? "" }.prefix(4)
                == ["borschow.com", "twlnet.com", "example.com", "test.xmox.nl"], "\(listed.output)")
        #expect(reports[0]["reporter"] as? String == "google.com")
        #expect(reports[0]["report_id"] as? String == "949348866075514174")
        #expect(reports[0]["total"] as? Int == 1 && reports[0]["counted"] as? Int == 1, "\(listed.output)")
        #expect(reports[1]["report_id"] as? String == "1627703331531660819" && reports[1]["total"] as? Int == 1)
        #expect(reports[3]["report_id"] as? String == "2022-09-15T00:00:00Z_test.xmox.nl")
        #expect(reports[4]["reason"] as? String == "no part of the message is a report", "\(listed.output)")
        #expect(reports[4]["kept"] as? Int ?? 0 > question.utf8.count, "the message is there to be looked at")
        #expect(engine.terminate() == 0, "\(engine.errors)")
    }

    @Test(.timeLimit(.minutes(3))) func oursGoOutWhenTheirDayIsOver() throws {
        guard Tool.hasPythonModule("aiosmtpd", neededFor: "reports that go out"), let scene = try Scene() else {
            return
        }
        defer { scene.names.kill() }
        let added = try Tool.run(
            Engine.binary, ["domain", "add", "taker.example", "--data", "\(scene.folder.path)/data"])
        #expect(added.status == 0, "\(added.errors)")
        let seen = try scene.folder.file("seen")
        let sink = try Daemon(scene.python, [Tool.peer("keep.py"), "\(scene.port)", seen.path])
        try #require(sink.waits(for: scene.port), "the sink did not start: \(sink.errors)")
        let text = { try String(contentsOf: seen, encoding: .utf8) }

        // A day: one message comes in from a domain that wants reports, and one goes out to it.
        let settings = "contact: reports@taker.example\n  organization: Taker & Sons"
        let day = try scene.engine(settings)
        let message = "From: me@sender.example\nSubject: counted\n\nbody\n"
        let came = try scene.submit(message, to: "you@taker.example", from: "me@sender.example", at: scene.inbound)
        #expect(came.status == 0, "\(came.errors)")
        let went = try scene.submit(message, to: "r@sender.example", from: "s@taker.example", at: scene.submission)
        #expect(went.status == 0, "\(went.errors)")
        #expect(try eventually { try text().contains("TO r@sender.example") }, "\(day.errors)")
        #expect(day.terminate() == 0, "\(day.errors)")

        let counts = try scene.database("backdate")
        #expect(counts.output == "pending_aggregate 1\npending_tls 1\n", "\(counts.output)\(counts.errors)")
        let later = try scene.engine(settings)
        let both = try eventually(within: 60) {
            try text().contains("TO agg@sender.example") && text().contains("TO tls@sender.example")
        }
        let arrived = try text()
        #expect(both, "\(arrived) \(later.errors)")
        #expect(later.terminate() == 0, "\(later.errors)")

        let unpacked = try Tool.run(scene.python, [Tool.peer("unpack.py"), seen.path, scene.folder.path])
        let mails = try Self.objects(unpacked.output)
        try #require(mails.count == 2, "\(unpacked.output)\(unpacked.errors)")
        for mail in mails {
            #expect((mail["author"] as? String)?.contains("reports@taker.example") == true, "\(mail)")
        }
        #expect(arrived.components(separatedBy: "d=taker.example").count == 5, "both are signed twice")
        try expectAggregate(try #require(mails.first { $0["to"] as? [String] == ["agg@sender.example"] }))
        try expectTLS(try #require(mails.first { $0["to"] as? [String] == ["tls@sender.example"] }))
    }

    private func expectAggregate(_ mail: [String: Any]) throws {
        #expect((mail["subject"] as? String)?.hasPrefix("Report Domain: sender.example") == true, "\(mail)")
        let file = try #require(mail["file"] as? String)
        let xml = try String(contentsOfFile: file, encoding: .utf8)
        for part in [
            "<org_name>Taker &amp; Sons</org_name>", "<source_ip>127.0.0.1</source_ip>", "<count>1</count>",
            "<header_from>sender.example</header_from>", "<spf>pass</spf>",
        ] { #expect(xml.contains(part), "\(part): \(xml)") }
        guard let xmllint = Tool.path("xmllint", neededFor: "the schema of aggregate reports"),
            let schema = Conformance.path(
                "dmarc/ietf-aggregate-schema/dmarc-xml-0.2.xsd", neededFor: "the schema of aggregate reports")
        else { return }
        let valid = try Tool.run(xmllint, ["--noout", "--nonet", "--schema", schema, file])
        #expect(valid.status == 0, "\(valid.errors)")
    }

    private func expectTLS(_ mail: [String: Any]) throws {
        #expect(
            mail["type"] as? String == "multipart/report" && mail["attached"] as? String == "application/tlsrpt+gzip")
        let data = try Data(contentsOf: URL(fileURLWithPath: try #require(mail["file"] as? String)))
        let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let policies = try #require(report["policies"] as? [[String: Any]])
        let policy = try #require(policies.first?["policy"] as? [String: Any])
        #expect(policy["policy-domain"] as? String == "sender.example", "\(report)")
        #expect(policy["policy-type"] as? String == "no-policy-found", "\(report)")
        let summary = try #require(policies.first?["summary"] as? [String: Any])
        // Its mail host offers no STARTTLS.
        #expect(summary["total-failure-session-count"] as? Int == 1, "\(report)")
    }
}
