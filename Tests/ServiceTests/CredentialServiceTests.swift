import Mail
import Testing

@testable import Service

@Suite struct CredentialServiceTests {
    @Test func `A key gets no password that opens more than it may`() async throws {
        let house = try await House()
        let live = try await house.credentials.create(name: "live", by: house.caller)
        var test = house.caller
        test.isTest = true
        var bound = house.caller
        bound.domain = Domain("example.com")
        for caller in [test, bound] {
            let found = await failure { _ = try await house.credentials.rotate(live.credential.id, by: caller) }
            #expect(found?.kind == .notFound)
            let own = try await house.credentials.create(name: "own", by: caller)
            #expect(try await house.credentials.rotate(own.credential.id, by: caller).password != own.password)
        }
        #expect(try await house.credentials.rotate(live.credential.id, by: house.caller).password != live.password)
    }
}
