import Mail
import Testing

@testable import HTTPClient

@Suite struct AddressGuardTests {
    static let refused = [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9",
        "169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1",
        "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1",
        "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::10.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "ff0e::1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "64:ff9b:0:0:1::808:808", "100::1",
        "2002:7f00:1::1", "2002:a00:1::", "2002:a9fe:a9fe::", "2001::1", "2001:0:7f00:1::", "2001:10::1",
        "2001:20::1", "2001:db8::1", "3fff::1", "4000::1", "5f00::1",
    ]
    static let permitted = [
        "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "169.253.255.255",
        "192.0.1.1", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1",
        "2001:4860:4860::8888", "2001:200::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
    ]

    @Test(arguments: refused) func isRefused(_ text: String) throws {
        #expect(!AddressGuard().permits(try #require(IPAddress(text))))
    }

    @Test(arguments: permitted) func isPermitted(_ text: String) throws {
        #expect(AddressGuard().permits(try #require(IPAddress(text))))
    }

    @Test(arguments: ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) func loopbackByOption(_ text: String) throws {
        #expect(AddressGuard(allowsLoopback: true).permits(try #require(IPAddress(text))))
    }

    @Test func allowingLoopbackAllowsNothingElse() throws {
        let open = AddressGuard(allowsLoopback: true)
        for text in ["10.0.0.1", "169.254.169.254", "fe80::1", "fd00::1", "0.0.0.0", "::"] {
            #expect(!open.permits(try #require(IPAddress(text))), "\(text)")
        }
    }

    @Test func anAllowedNetworkAllowsItsAddressesInEveryForm() throws {
        let open = AddressGuard(allowed: [try #require(IPNetwork("10.1.0.0/16"))])
        #expect(open.permits(try #require(IPAddress("10.1.2.3"))))
        #expect(open.permits(try #require(IPAddress("::ffff:10.1.2.3"))))
        #expect(open.permits(try #require(IPAddress("64:ff9b::a01:203"))))
        #expect(!open.permits(try #require(IPAddress("10.2.2.3"))))
    }
}
