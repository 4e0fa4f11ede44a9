/// What a verifier insists on.
package struct DKIMCheckOptions: Sendable {
    /// Signatures of one message that are looked at, the topmost first; the others are reported as `policy`.
    package var signatureLimit = 10
    /// Seconds by which clocks may differ, for `t=` and `x=`.
    package var clockTolerance: Int64 = 300
    /// RFC 8301 §3.2: at least 1024.
    package var minimumRSABits = 1_024
    /// Above it a verification costs more than it is worth: 8192 bits take half a millisecond.
    package var maximumRSABits = 8_192
    /// RFC 8301 §3.2: signers should use at least so many; less is said in the reason.
    package var advisedRSABits = 2_048
    /// RFC 8301 §3.1: rsa-sha1 is not valid. Allowed only to judge mail of the time before.
    package var allowsSHA1 = false
    /// What `s=` of a key has to allow (RFC 6376 §3.6.1); `tlsrpt` for reports (RFC 8460 §3).
    package var service = "email"

    package init() {}

    /// As RFC 6376 stood before RFC 8301.
    package static var historic: Self {
        var options = Self()
        options.minimumRSABits = 0
        options.allowsSHA1 = true
        return options
    }
}
