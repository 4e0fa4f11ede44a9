import Mail
import MartletTesting
import Testing

@testable import Service

/// Weeks of drift, in virtual time.
@Suite struct DomainWatchTests {
    @Test func `Nobody has to press the button`() async throws {
        let rig = DomainRig()
        try await rig.loop.run { _ in
            let watch = Task(executorPreference: rig.loop) { await rig.watch.run() }
            let added = try await rig.domains.add("shop.example", by: rig.caller)
            try await rig.time.sleep(for: .seconds(20 * 60))
            let looks = try await rig.stored(added)
            #expect(looks?.status == .pending && (9...10).contains(Int(looks?.revision ?? 0)), "every two minutes")
            rig.publish(added)
            try await rig.time.sleep(for: .seconds(3 * 60))
            let found = try await rig.stored(added)
            #expect(found?.status == .verified)
            #expect(rig.announcer.changes.map(\.isVerified) == [true])
            let before = found?.revision ?? 0
            try await rig.time.sleep(for: .seconds(2 * 86_400))
            let settled = try await rig.stored(added)
            #expect(settled.map { $0.revision - before } == 8, "four times a day")
            #expect(rig.announcer.heard.count == 1)
            watch.cancel()
            await watch.value
        }
    }

    @Test func `A lost record is told at once and costs the status after three days`() async throws {
        let rig = DomainRig()
        try await rig.loop.run { _ in
            let added = try await rig.domains.add("shop.example", by: rig.caller)
            rig.publish(added)
            _ = try await rig.domains.verify(added.domain.id, by: rig.caller)
            let watch = Task(executorPreference: rig.loop) { await rig.watch.run() }
            rig.dns.change { $0.txt["mt202701r._domainkey.shop.example"] = nil }
            try await rig.time.sleep(for: .seconds(7 * 3_600))
            #expect(rig.announcer.changes.count == 2)
            #expect(
                rig.announcer.changes.last?.findings == [
                    .init(name: "dkim:mt202701r", was: "ok", now: "missing")
                ])
            let failing = try #require(try await rig.stored(added))
            #expect(failing.status == .verified && failing.failingSince != nil)
            try await rig.time.sleep(for: .seconds(70 * 3_600))
            let still = try await rig.stored(added)
            #expect(still?.status == .verified && still?.failingSince == failing.failingSince)
            try await rig.time.sleep(for: .seconds(3 * 3_600))
            let lost = try await rig.stored(added)
            #expect(lost?.status == .pending)
            #expect(rig.announcer.changes.map(\.isVerified) == [true, true, false])
            let refused = try await rig.directory.status(of: added.domain.name, tenant: rig.caller.tenant)
            #expect(refused?.status == .pending)
            rig.publish(added)
            try await rig.time.sleep(for: .seconds(86_400))
            let back = try await rig.stored(added)
            #expect(back?.status == .verified)
            watch.cancel()
        }
    }

    @Test func `An outage of the DNS costs nobody anything`() async throws {
        let rig = DomainRig(options: { $0.tick = .seconds(240) })
        try await rig.loop.run { _ in
            let added = try await rig.domains.add("shop.example", by: rig.caller)
            rig.publish(added)
            let good = try await rig.domains.verify(added.domain.id, by: rig.caller)
            let watch = Task(executorPreference: rig.loop) { await rig.watch.run() }
            rig.dns.change { dns in
                for name in dns.txt.keys { dns.failures[name] = .server(rcode: 2) }
            }
            try await rig.time.sleep(for: .seconds(30 * 86_400))
            let during = try await rig.stored(added)
            #expect(during?.status == .verified && during?.score == good.domain.score)
            #expect(rig.announcer.heard.count == 1)
            rig.dns.change { $0.failures = [:] }
            try await rig.time.sleep(for: .seconds(3_600))
            let view = try await rig.domains.get(added.domain.id, by: rig.caller)
            #expect(view.status(of: "dkim") == .ok && rig.announcer.heard.count == 1)
            watch.cancel()
        }
    }

    @Test func `Signing changes over when the new record is seen`() async throws {
        let rig = DomainRig(options: { $0.tick = .seconds(240) })
        try await rig.loop.run { _ in
            let added = try await rig.domains.add("shop.example", by: rig.caller)
            rig.publish(added)
            _ = try await rig.domains.verify(added.domain.id, by: rig.caller)
            let watch = Task(executorPreference: rig.loop) { await rig.watch.run() }
            try await rig.time.sleep(for: .seconds(40 * 86_400))
            let rotated = try await rig.domains.rotate(added.domain.id, by: rig.caller)
            #expect(rotated.records.filter { $0.purpose == .dkim }.count == 4)
            #expect(rig.signing(added.domain.name) == ["mt202701r", "mt202701e"])
            try await rig.time.sleep(for: .seconds(3_600))
            #expect(rig.signing(added.domain.name) == ["mt202701r", "mt202701e"], "not before it is published")
            let refused = await failure { _ = try await rig.domains.rotate(added.domain.id, by: rig.caller) }
            #expect(refused?.code == .conflict && refused?.message.contains("mt202702r and mt202702e") == true)

            rig.publish(rotated)
            try await rig.time.sleep(for: .seconds(15 * 60))
            #expect(rig.signing(added.domain.name) == ["mt202702r", "mt202702e"])
            let during = try await rig.domains.get(added.domain.id, by: rig.caller)
            #expect(during.domain.dkim.map(\.state) == [.retiring, .retiring, .active, .active])
            #expect(during.records.filter { $0.purpose == .dkim }.map(\.note.isEmpty) == [false, false, true, true])
            #expect(during.domain.status == .verified)

            try await rig.time.sleep(for: .seconds(7 * 86_400))
            let after = try await rig.domains.get(added.domain.id, by: rig.caller)
            #expect(after.domain.dkim.map(\.state) == [.retired, .retired, .active, .active])
            #expect(
                after.records.filter { $0.purpose == .dkim }.map(\.name) == [
                    "mt202702r._domainkey.shop.example", "mt202702e._domainkey.shop.example",
                ])
            // That the new records have appeared is told once, and nothing else.
            #expect(rig.announcer.changes.count == 2)
            #expect(
                rig.announcer.changes.last?.findings == [
                    .init(name: "dkim:mt202702r", was: "missing", now: "ok"),
                    .init(name: "dkim:mt202702e", was: "missing", now: "ok"),
                ])
            watch.cancel()
        }
    }

    @Test func `A rotation that was given up can be begun again`() async throws {
        let rig = DomainRig()
        try await rig.loop.run { _ in
            let added = try await rig.domains.add("shop.example", by: rig.caller)
            let first = try await rig.domains.rotate(added.domain.id, by: rig.caller)
            #expect(first.domain.dkim.map(\.selector) == ["mt202701r", "mt202701e", "mt202701r2", "mt202701e2"])
            let second = try await rig.domains.rotate(added.domain.id, force: true, by: rig.caller)
            #expect(second.domain.dkim.map(\.selector) == ["mt202701r", "mt202701e", "mt202701r3", "mt202701e3"])
            #expect(second.domain.dkim.map(\.state) == [.active, .active, .publishedPending, .publishedPending])
            let named = try await rig.domains.get(named: "shop.example", tenant: rig.caller.tenant)
            #expect(named.domain.dkim.count == 4)
        }
    }

    @Test func `A thousand domains are looked at in turn, a few side by side`() async throws {
        let rig = DomainRig()
        try await rig.loop.run { _ in
            for number in 0..<1_000 {
                try await rig.stores.insert(
                    SendingDomain(
                        id: UUIDv7(at: rig.time.wall, random: (5, UInt64(number))), tenant: rig.caller.tenant,
                        name: Domain(canonical: "d\(number).example"), status: .pending, dkim: [],
                        createdAt: rig.time.wall))
            }
            let watch = Task(executorPreference: rig.loop) { await rig.watch.run() }
            try await rig.time.sleep(for: .seconds(60))
            let all = try await rig.stores.allDomains()
            #expect(all.allSatisfy { $0.checkedAt != nil && $0.revision == 1 })
            watch.cancel()
        }
    }

    @Test func `A clock that was set back does not put the checks off for years`() async throws {
        let rig = DomainRig()
        try await rig.loop.run { _ in
            let added = try await rig.domains.add("shop.example", by: rig.caller)
            var stored = try #require(try await rig.stored(added))
            stored.nextCheck = rig.time.wall + .seconds(3_000 * 86_400)
            _ = try await rig.stores.update(stored, findings: nil)
            let looked = await rig.watch.round()
            #expect(looked == 1)
            let after = try await rig.stored(added)
            #expect(after.map { $0.nextCheck < rig.time.wall + .seconds(3_600) } == true)
        }
    }
}
