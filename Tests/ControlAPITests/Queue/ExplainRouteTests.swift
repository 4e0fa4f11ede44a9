import Foundation
import Mail
import Testing

@testable import ControlAPI
@testable import Queue
@testable import Service

/// `GET /v1/messages/{id}/explain`, over HTTP.
@Suite struct ExplainRouteTests {
    static let message = Samples.id(40)

    static func view(of tenant: UUIDv7, _ deliveries: [DeliveryView]) -> MessageView {
        MessageView(
            id: message, tenant: tenant, messageID: "<x@example>", from: "a@example", to: deliveries.map(\.recipient),
            subject: "s", status: .queued, tags: [], metadata: [], size: 1, isTest: false, createdAt: Samples.now,
            scheduledAt: nil, sentAt: nil, deliveredAt: nil, bouncedAt: nil, deliveries: deliveries)
    }

    static func delivery(
        _ recipient: String, _ status: DeliveryView.Status = .queued, attempts: Int = 0, reply: String? = nil
    ) -> DeliveryView {
        DeliveryView(recipient: recipient, status: status, attempts: attempts, nextAttempt: nil, lastReply: reply)
    }

    static func explanation(
        _ place: UInt32, _ reason: WaitReason, attempts: Int = 0, last: DeferralReason? = nil
    ) -> DeliveryExplanation {
        DeliveryExplanation(
            recipient: place, destination: Domain(canonical: "gmail.com"), site: "direct:@google", pool: "warm",
            reason: reason, earliest: nil, attempts: attempts, lastReason: last, expiry: Samples.later(432_000))
    }

    @Test(.timeLimit(.minutes(1))) func `Each delivery with its reason, and what has left with its end`() async throws {
        try await RouteRig.run { rig in
            rig.mail.add(
                Self.view(
                    of: rig.tenant,
                    [
                        Self.delivery("ann@gmail.com"),
                        Self.delivery("bob@gmail.com", attempts: 2, reply: "421 4.7.0 wait"),
                        Self.delivery("cy@gmail.com"),
                        Self.delivery("dee@x.example", .delivered, attempts: 1, reply: "250 ok"),
                        Self.delivery("eve@x.example", .bounced, attempts: 1, reply: "550 5.1.1 no"),
                        Self.delivery("flo@x.example", .cancelled),
                        Self.delivery("gil@gmail.com", .deferred, attempts: 3),
                        Self.delivery("\"a@b\"@x.example", .bounced),
                    ]))
            rig.desk.change { state in
                state.explanations[Self.message] = [
                    Self.explanation(0, .siteConnections(site: "direct:@google", limit: 20)),
                    Self.explanation(
                        1, .retry(.remoteReply, attempts: 2, until: Samples.later(60)), attempts: 2,
                        last: .remoteReply),
                    Self.explanation(2, .underWay, attempts: 1, last: .connectionTimeout),
                ]
            }
            let answer = try await rig.get("/v1/messages/msg_\(Self.message)/explain", key: rig.keys.read)
            #expect(answer.status == 200, "\(answer.body)")
            #expect(
                answer.data["id"] as? String == Self.message.description && answer.data["status"] as? String == "queued"
            )
            let deliveries = try #require(answer.data["deliveries"] as? [[String: Any]])
            #expect(
                deliveries.map { $0["state"] as? String } == [
                    "queued", "deferred", "under_way", "delivered", "bounced", "cancelled", "under_way", "bounced",
                ])
            #expect(
                deliveries.map { $0["reason"] as? String } == [
                    "site_connections", "retry_wait", "under_way", nil, nil, nil, "under_way", nil,
                ])
            #expect(
                deliveries.map { $0["last_reply"] as? String } == [
                    nil, "421 4.7.0 wait", "the host did not answer the connection in time", "250 ok", "550 5.1.1 no",
                    nil,
                    nil, nil,
                ])
            #expect(
                Set(deliveries[0].keys) == [
                    "recipient", "destination", "site", "pool", "state", "reason", "detail", "limit", "hold",
                    "last_reply",
                    "attempts", "earliest", "expires",
                ])
            #expect(deliveries[1]["earliest"] as? String == "1970-01-01T00:17:40Z")
            #expect(deliveries[0]["expires"] as? String == "1970-01-06T00:16:40Z" && deliveries[3]["expires"] is NSNull)
            #expect((deliveries[0]["limit"] as? [String: Any])?["used"] as? Int == 20)
            #expect(deliveries[3]["detail"] as? String == "Delivered: 250 ok")
            #expect(deliveries[4]["detail"] as? String == "Given up as failed: 550 5.1.1 no")
            #expect(deliveries.map { $0["destination"] as? String }[6...] == ["gmail.com", "x.example"])
            #expect(deliveries.allSatisfy { ($0["detail"] as? String)?.isEmpty == false })
        }
    }

    @Test(.timeLimit(.minutes(1))) func `A tenant sees its own message only, an operator everybody's`() async throws {
        try await RouteRig.run { rig in
            rig.mail.add(Self.view(of: rig.other, [Self.delivery("ann@gmail.com")]))
            rig.desk.change { $0.explanations[Self.message] = [Self.explanation(0, .routing)] }
            let path = "/v1/messages/\(Self.message)/explain"
            #expect(try await rig.get(path, key: rig.keys.foreign).status == 200, "its owner")
            let ours = try await rig.get(path, key: rig.keys.read)
            #expect(ours.status == 404 && ours.error["code"] as? String == "not_found", "\(ours.body)")
            let operate = try await rig.get(path)
            #expect(operate.status == 200 && operate.body.contains("\"dns\""), "\(operate.body)")
            #expect(try await rig.get("/v1/messages/nonsense/explain").status == 404)
            #expect(try await rig.get("/v1/messages/\(Samples.id(41))/explain").status == 404)
            #expect(try await rig.get(path, key: "mt_live_nobody").status == 401)
        }
    }

    /// A rule that suspends a site may have been set off by anybody's mail, and replies name recipients.
    @Test(.timeLimit(.minutes(1))) func `A tenant does not see the replies to another one's mail`() async throws {
        try await RouteRig.run { rig in
            rig.mail.add(Self.view(of: rig.tenant, [Self.delivery("ann@gmail.com"), Self.delivery("bob@gmail.com")]))
            @Sendable func hold(_ scope: Hold.Scope) -> WaitReason {
                .held(
                    Hold(
                        id: Samples.id(90), scope: scope,
                        cause: .rule(name: "blocked", reply: "550 <eve@x.example> no"),
                        since: Samples.now, until: nil))
            }
            rig.desk.change {
                $0.explanations[Self.message] = [
                    Self.explanation(0, hold(.siteAndSource(site: "direct:@google", source: "a"))),
                    Self.explanation(1, hold(.siteAndTenant(site: "direct:@google", tenant: rig.tenant))),
                ]
            }
            let path = "/v1/messages/\(Self.message)/explain"
            func words(_ answer: RouteRig.Answer) throws -> [Bool] {
                let deliveries = try #require(answer.data["deliveries"] as? [[String: Any]])
                return deliveries.map { "\($0)".contains("eve@x.example") }
            }
            let own = try words(try await rig.get(path, key: rig.keys.read))
            #expect(own == [false, true])
            let all = try words(try await rig.get(path))
            #expect(all == [true, true])
        }
    }

    @Test(.timeLimit(.minutes(1))) func `What the tables do not have yet is not denied`() async throws {
        try await RouteRig.run { rig in
            rig.desk.change { $0.explanations[Self.message] = [Self.explanation(0, .routing)] }
            let path = "/v1/messages/\(Self.message)/explain"
            #expect(try await rig.get(path).status == 503)
            #expect(try await rig.get(path, key: rig.keys.read).status == 404, "it may be anybody's")
            rig.mail.fail()
            let lost = try await rig.get(path)
            #expect(lost.status == 503 && !lost.body.contains("lost"), "\(lost.body)")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `A key that may only send is refused by the scope's name`() async throws {
        try await RouteRig.run { rig in
            let refused = try await rig.get("/v1/messages/\(Self.message)/explain", key: rig.keys.send)
            #expect(refused.status == 403 && refused.body.contains("messages:read"), "\(refused.body)")
        }
    }
}
