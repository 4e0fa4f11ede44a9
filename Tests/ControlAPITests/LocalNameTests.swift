import Testing

@testable import ControlAPI

@Suite struct LocalNameTests {
    @Test(arguments: ["localhost", "localhost:8025", "LOCALHOST:1", "a.localhost:8025", "127.0.0.1:8025", "[::1]:8025"])
    func thisMachineIsAnswered(_ authority: String) { #expect(LocalName.isLocal(authority)) }

    @Test(arguments: ["evil.example", "evil.example:8025", "localhost.evil.example", "127.0.0.1.evil.example", ""])
    func anotherNameForItIsNot(_ authority: String) { #expect(!LocalName.isLocal(authority)) }

    @Test func onlyAServerForThisMachineAloneIsStrict() {
        #expect(LocalName(listensOn: "127.0.0.1").isStrict && LocalName(listensOn: "::1").isStrict)
        #expect(LocalName(listensOn: "localhost").isStrict && !LocalName(listensOn: "0.0.0.0").isStrict)
    }
}
