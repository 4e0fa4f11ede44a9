import HTTPTypes
import Testing

@testable import ControlAPI

@Suite struct AuthenticationTests {
    @Test func theKeyIsFoundInEitherHeader() {
        #expect(Authentication.key(in: [.authorization: "Bearer mt_live_x"]) == "mt_live_x")
        #expect(Authentication.key(in: [.authorization: "bearer   mt_live_x"]) == "mt_live_x")
        #expect(Authentication.key(in: [.apiKey: "mt_live_y"]) == "mt_live_y")
        #expect(Authentication.key(in: [.authorization: "Basic abc"]) == nil)
        #expect(Authentication.key(in: [.authorization: "Bearer"]) == nil)
        #expect(Authentication.key(in: [:]) == nil)
    }
}
