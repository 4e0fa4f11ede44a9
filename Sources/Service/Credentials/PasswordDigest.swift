/// SHA-256 of salt and password. One round is enough: the passwords are 142 random bits of ours, never a person's.
enum PasswordDigest {
    static func make(salt: [UInt8], password: String) -> [UInt8] { SHA256.digest(of: salt + Array(password.utf8)) }
}
