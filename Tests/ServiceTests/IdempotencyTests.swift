import Foundation
import Mail
import Storage
import Testing

@testable import Service

/// Over a real `control.sqlite`.
@Suite struct IdempotencyTests {
    let folder: String
    let database: ControlDatabase
    let house: House
    let body = Array(#"{"to":"a@example.org"}"#.utf8)

    init() async throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path
        database = try ControlDatabase.open(folder: folder)
        house = try await House()
    }

    private var fresh: Idempotency { Idempotency(store: database.idempotency, time: house.time) }

    private func ticket(
        _ keeper: Idempotency, key: String = "k", body: [UInt8]? = nil
    ) async throws -> Idempotency.Ticket {
        let start = try await keeper.begin(key: key, route: "send", body: body ?? self.body, by: house.caller)
        guard case .run(let ticket) = start else { throw Unexpected() }
        return ticket
    }

    struct Unexpected: Error {}

    @Test func `A repetition gets the same bytes, after a restart too, for a day`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let keeper = fresh
        let first = try await ticket(keeper)
        await keeper.finish(first, status: 202, body: [1, 2, 255])
        for keeper in [keeper, fresh] {
            let again = try await keeper.begin(key: "k", route: "send", body: body, by: house.caller)
            guard case .replay(let status, let bytes) = again else {
                Issue.record("ran again")
                return
            }
            #expect(status == 202)
            #expect(bytes == [1, 2, 255])
        }
        house.time.advance(.seconds(86_401))
        let late = try await ticket(fresh)
        #expect(late.identity.id != first.identity.id)
    }

    @Test func `An answer that is not final is not kept, and the repetition has the same identity`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let keeper = fresh
        let first = try await ticket(keeper)
        #expect(!first.identity.mayExist)
        await keeper.finish(first, status: 202, body: [1], isFinal: false)
        let second = try await ticket(fresh)
        #expect(second.identity == SendIdentity(id: first.identity.id, mayExist: true))
    }

    @Test func `A repetition that decides nothing leaves the identity to the next one`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let keeper = fresh
        let first = try await ticket(keeper)
        await keeper.finish(first, status: 202, body: [1], isFinal: false)
        await keeper.finish(try await ticket(keeper), status: 503, body: [2])
        let third = try await ticket(keeper)
        #expect(third.identity == SendIdentity(id: first.identity.id, mayExist: true))
    }

    @Test func `Another body, another route, another tenant`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let keeper = fresh
        await keeper.finish(try await ticket(keeper), status: 202, body: [1])
        let found = await failure {
            _ = try await keeper.begin(key: "k", route: "send", body: [9], by: house.caller)
        }
        #expect(found?.code == .idempotencyKeyReused)
        var stranger = house.caller
        stranger.tenant = UUIDv7(at: house.time.wall, random: (9, 9))
        for (route, caller) in [("batch", house.caller), ("send", stranger)] {
            let start = try await keeper.begin(key: "k", route: route, body: [9], by: caller)
            guard case .run = start else {
                Issue.record("\(route) was replayed")
                return
            }
        }
    }

    @Test func `A request that still runs is not run again`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let keeper = fresh
        let first = try await ticket(keeper)
        let found = await failure {
            _ = try await keeper.begin(key: "k", route: "send", body: body, by: house.caller)
        }
        #expect(found?.code == .requestInFlight)
        #expect(found?.retryAfter != nil)
        // Not decided: the next one runs.
        await keeper.finish(first, status: 503, body: [])
        let second = try await ticket(keeper, body: [7])
        #expect(!second.identity.mayExist)
    }

    @Test func `A crash after the journal and before the answer sends once`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try await ticket(fresh)
        _ = try await house.messages().send(House.request { $0.identity = first.identity }, by: house.caller)
        // The process dies here; the client asks again.
        house.time.advance(.seconds(5))
        let second = try await ticket(fresh)
        #expect(second.identity.id == first.identity.id)
        #expect(second.identity.mayExist)
        let answer = try await house.messages().send(
            House.request { $0.identity = second.identity }, by: house.caller)
        #expect(answer.id == first.identity.id)
        #expect(house.queue.submissions.count == 1)
    }

    @Test func `A crash before the journal sends with the second request`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try await ticket(fresh)
        let second = try await ticket(fresh)
        let answer = try await house.messages().send(
            House.request { $0.identity = second.identity }, by: house.caller)
        #expect(answer.id == first.identity.id)
        #expect(house.queue.submissions.count == 1)
    }

    @Test(arguments: ["", String(repeating: "k", count: 257)])
    func `A key has 1 to 256 characters`(_ key: String) async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let found = await failure {
            _ = try await fresh.begin(key: key, route: "send", body: body, by: house.caller)
        }
        #expect(found?.details.first?.field == "Idempotency-Key")
    }
}
