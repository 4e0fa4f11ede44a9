import Mail
import Testing

@testable import Service

@Suite struct SendTests {
    private func text(_ submission: Submission) -> String {
        String(decoding: submission.content.added + submission.content.original, as: UTF8.self)
    }

    @Test func `A send becomes a submission with everything in its place`() async throws {
        let house = try await House()
        let accepted = try await house.messages().send(
            House.request {
                $0.cc = ["carl@example.net", "ann@example.org"]
                $0.bcc = ["boss@example.net"]
                $0.replyTo = ["help@example.com"]
                $0.headers = [("X-Order", "4711")]
                $0.tags = ["order"]
                $0.metadata = [("b", "2"), ("a", "1")]
                $0.stream = .broadcast
                $0.clientAddress = "192.0.2.7"
            }, by: house.caller)
        #expect(accepted.from == "shop@example.com")
        #expect(accepted.to == ["ann@example.org"])
        #expect(accepted.status == .queued)
        let submission = try #require(house.queue.submissions.first)
        #expect(submission.id == accepted.id)
        #expect(submission.tenant == house.tenant)
        #expect(submission.stream == .broadcast)
        #expect(submission.origin == .api(clientAddress: "192.0.2.7"))
        #expect(submission.failureNotice == .eventOnly)
        #expect(submission.isTest == false)
        #expect(submission.tags == ["order"])
        #expect(submission.metadata.map(\.key) == ["b", "a"])
        #expect(submission.envelope.sender?.description == "shop@example.com")
        // Once each, whatever fields name them.
        #expect(
            submission.envelope.recipients.map(\.mailbox.description)
                == ["ann@example.org", "carl@example.net", "boss@example.net"])
        let bytes = text(submission)
        #expect(bytes.contains("From: Shop <shop@example.com>\r\n"))
        #expect(bytes.contains("To: Ann <ann@example.org>\r\n"))
        #expect(bytes.contains("Reply-To: help@example.com\r\n"))
        #expect(bytes.contains("Message-ID: <\(accepted.id)@example.com>\r\n"))
        #expect(bytes.contains("Date: Thu, 15 Jan 2026 12:00:00 +0000\r\n"))
        #expect(bytes.contains("X-Order: 4711\r\n"))
        #expect(!bytes.contains("boss@"))
        #expect(bytes.hasSuffix("Hello, Ann\r\n"))
    }

    @Test func `A test key's mail never leaves the machine`() async throws {
        let house = try await House()
        var caller = house.caller
        caller.isTest = true
        _ = try await house.messages().send(House.request(), by: caller)
        #expect(house.queue.submissions.map(\.isTest) == [true])
    }

    @Test(arguments: [
        ("2026-01-15T12:00:01Z", MessageStatus.scheduled), ("2024-12-25T09:00:00Z", .queued),
        ("2026-01-15T12:00:00Z", .queued), ("2026-01-15T14:30:00+02:00", .scheduled),
    ])
    func `A time in the future schedules and one in the past does not`(
        _ text: String, _ expected: MessageStatus
    ) async throws {
        let house = try await House()
        let accepted = try await house.messages().send(
            House.request { $0.scheduledAt = text }, by: house.caller)
        #expect(accepted.status == expected)
        #expect((house.queue.submissions[0].notBefore != nil) == (expected == .scheduled))
    }

    @Test func `Template data fills subject, text and html`() async throws {
        let house = try await House()
        _ = try await house.messages().send(
            House.request {
                $0.subject = "Order {{order_id}}"
                $0.text = "Dear {{name}}"
                $0.html = "<p>Dear {{name}}</p>"
                $0.templateData = .object([.init("name", .text("O'Neil & <Co>")), .init("order_id", .number("4711"))])
            }, by: house.caller)
        let bytes = text(house.queue.submissions[0])
        #expect(bytes.contains("Subject: Order 4711\r\n"))
        #expect(bytes.contains("Dear O'Neil & <Co>"))
        #expect(bytes.contains("<p>Dear O&#39;Neil &amp; &lt;Co&gt;</p>"))
    }

    @Test func `Attachments travel with a guessed type and an inline one with its identifier`() async throws {
        let house = try await House()
        _ = try await house.messages().send(
            House.request {
                $0.html = #"<img src="cid:logo">"#
                $0.attachments = [
                    SendAttachment(filename: "invoice.pdf", content: [1, 2, 3]),
                    SendAttachment(filename: "logo.png", content: [4], contentType: "image/png", contentID: "<logo>"),
                ]
            }, by: house.caller)
        let bytes = text(house.queue.submissions[0])
        #expect(bytes.contains("Content-Type: application/pdf"))
        #expect(bytes.contains("Content-ID: <logo>\r\n"))
    }

    @Test func `A dry run gives the bytes and queues nothing`() async throws {
        let house = try await House()
        let run = try await house.messages().dryRun(House.request { $0.bcc = ["b@example.net"] }, by: house.caller)
        #expect(house.queue.submissions.isEmpty)
        #expect(String(decoding: run.signatures, as: UTF8.self) == "DKIM-Signature: d=example.com\r\n")
        #expect(String(decoding: run.content, as: UTF8.self).contains("Message-ID: \(run.messageID)\r\n"))
        #expect(run.envelope.recipients.count == 2)
    }

    @Test func `A message above the limit is told its limit`() async throws {
        let house = try await House()
        let service = house.messages { $0.maxMessageSize = 1_000 }
        let found = await failure {
            _ = try await service.send(
                House.request { $0.text = String(repeating: "x\n", count: 1_000) }, by: house.caller)
        }
        #expect(found?.code == .payloadTooLarge)
        #expect(found?.kind == .tooLarge)
    }

    @Test(arguments: [
        (Refusal.storageUnavailable, ServiceFailure.Kind.unavailable), (.diskLow, .unavailable),
        (.overloaded, .unavailable), (.shuttingDown, .unavailable), (.tooLarge(limit: 1), .tooLarge),
        (.mailLoop, .invalid),
    ])
    func `What the queue refuses is no success`(_ refusal: Refusal, _ expected: ServiceFailure.Kind) async throws {
        let house = try await House()
        house.queue.refuse(with: refusal)
        let found = await failure { _ = try await house.messages().send(House.request(), by: house.caller) }
        #expect(found?.kind == expected)
    }

    @Test func `Domains are looked up once, and again after a change`() async throws {
        let house = try await House()
        let before = house.stores.questions
        for _ in 0..<5 { _ = try await house.messages().send(House.request(), by: house.caller) }
        #expect(house.stores.questions == before + 1)
        house.changes.announce()
        _ = try await house.messages().send(House.request(), by: house.caller)
        #expect(house.stores.questions == before + 2)
    }

    @Test func `A reader waits for the projection and sees its own tenant only`() async throws {
        let house = try await House()
        let accepted = try await house.messages().send(House.request(), by: house.caller)
        let view = try await house.messages().message(accepted.id, by: house.caller)
        #expect(view.id == accepted.id)
        #expect(house.queue.catchUps == 1)
        var stranger = house.caller
        stranger.tenant = UUIDv7(at: house.time.wall, random: (9, 9))
        for reading in [0, 1] {
            let found = await failure { [stranger] in
                if reading == 0 { _ = try await house.messages().message(accepted.id, by: stranger) }
                if reading == 1 { _ = try await house.messages().events(of: accepted.id, by: stranger) }
            }
            #expect(found?.kind == .notFound)
        }
    }
}
