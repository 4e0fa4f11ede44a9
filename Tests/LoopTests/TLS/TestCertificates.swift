import Foundation

/// A small authority and what it has signed, made by the openssl program: chains for servers, and TLSA data of them.
struct TestCertificates: Sendable {
    private let folder = try? TemporaryFolder()
    /// TLSA data in hexadecimal by name: `leaf.spki.sha256` and so on.
    private(set) var data: [String: String] = [:]

    private static let script = """
        set -e
        cat > ca.cnf <<END
        [ca]
        default_ca=d
        [d]
        database=index.txt
        new_certs_dir=.
        certificate=ca.pem
        private_key=ca.key
        serial=serial
        default_md=sha256
        policy=p
        copy_extensions=copy
        unique_subject=no
        [p]
        commonName=supplied
        END
        touch index.txt
        echo 01 > serial
        new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        openssl req -x509 $new -days 9 -subj /CN=Authority -addext keyUsage=keyCertSign -keyout ca.key -out ca.pem
        leaf() {
            openssl req $new -subj /CN=$1 -addext "subjectAltName=$2" -keyout $1.key -out $1.csr
            openssl ca -batch -notext -config ca.cnf -in $1.csr -out $1.pem -startdate $3 -enddate $4
            cat $1.pem ca.pem > $1.chain
        }
        leaf leaf DNS:mx.test,DNS:*.wild.test,DNS:f*.partial.test 20200101000000Z 20990101000000Z
        leaf other DNS:mx.test 20200101000000Z 20990101000000Z
        leaf expired DNS:mx.test 20200101000000Z 20200201000000Z
        for name in ca leaf other expired; do
            openssl x509 -in $name.pem -outform der -out $name.cert.full
            openssl x509 -in $name.pem -pubkey -noout | openssl pkey -pubin -outform der -out $name.spki.full
            for what in cert spki; do
                echo TLSA $name.$what.full $(od -An -v -tx1 $name.$what.full | tr -d ' \\n')
                for digest in sha256 sha512; do
                    echo TLSA $name.$what.$digest $(openssl dgst -$digest -r < $name.$what.full | cut -d' ' -f1)
                done
            done
        done
        """

    /// `nil`, with a visible line, where openssl is not installed.
    static func make() async throws -> TestCertificates? {
        guard let openssl = OpenSSLCommand.find() else { return nil }
        var made = TestCertificates()
        guard let folder = made.folder else { return nil }
        let script = try folder.write("make.sh", Array(script.utf8))
        let said = await OpenSSLCommand(path: "/bin/sh").run(
            ["-c", "cd $(dirname \(script)) && PATH=$(dirname \(openssl.path)):$PATH && . ./make.sh"], input: "")
        for line in said.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 3, words[0] == "TLSA" { made.data[String(words[1])] = String(words[2]) }
        }
        guard made.data.count == 24 else { throw ChildFailure.unexpected(said) }
        return made
    }

    /// A file of the folder: `leaf.chain`, `leaf.key`, `ca.pem`.
    func path(_ name: String) -> String { folder?.path(name) ?? name }

    func bytes(_ name: String) -> [UInt8] {
        let text = Array((data[name] ?? "").utf8)
        return stride(from: 0, to: text.count - 1, by: 2).compactMap {
            UInt8(String(decoding: text[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
    }
}
