import Foundation

/// A certificate authority of its own, made by openssl, with certificates that hold and that do not.
final class TestCertificates {
    let folder: URL
    var authority: String { folder.appending(path: "ca.pem").path }

    /// `nil`, and a visible line, without openssl.
    init?(for test: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "martlet-http-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(Self.script.utf8).write(to: folder.appending(path: "make.sh"))
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["make.sh"]
        process.currentDirectoryURL = folder
        process.standardError = try FileHandle(
            forWritingTo: {
                let log = folder.appending(path: "log")
                try Data().write(to: log)
                return log
            }())
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            print("SKIPPED: \(test): openssl makes no certificates, see \(folder.path)/log")
            return nil
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static let script = """
        set -e
        key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
        cat > ca.conf <<END
        [ca]
        default_ca = test
        [test]
        database = ./index.txt
        serial = ./serial
        new_certs_dir = .
        default_md = sha256
        policy = any
        copy_extensions = copy
        unique_subject = no
        [any]
        commonName = optional
        [req]
        distinguished_name = dn
        [dn]
        END
        : > index.txt
        echo 1000 > serial
        key ca
        openssl req -config ca.conf -x509 -new -key ca.key -subj /CN=test-ca -days 30 -out ca.pem \\
            -addext basicConstraints=critical,CA:TRUE
        leaf() {
            key "$1"
            openssl req -config ca.conf -new -key "$1.key" -subj "/CN=$1" -addext "subjectAltName=$2" -out "$1.csr"
            openssl ca -config ca.conf -batch -notext -cert ca.pem -keyfile ca.key -in "$1.csr" -out "$1.pem" \\
                -startdate "$3" -enddate "$4"
        }
        leaf good DNS:good.example,DNS:*.wild.example,IP:127.0.0.1 20200101000000Z 20490101000000Z
        leaf wrong DNS:other.example 20200101000000Z 20490101000000Z
        leaf expired DNS:expired.example 20200101000000Z 20200201000000Z
        leaf future DNS:future.example 20480101000000Z 20490101000000Z
        key self
        openssl req -config ca.conf -x509 -new -key self.key -subj /CN=self.example -days 30 -out self.pem \\
            -addext subjectAltName=DNS:self.example
        """
}
