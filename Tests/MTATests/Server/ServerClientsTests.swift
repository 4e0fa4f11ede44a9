import Foundation
import Loop
import Mail
import MartletTesting
import Testing

@testable import MTA

/// Programs that nobody here wrote talk to the real server over loopback.
@Suite("Server: other people's clients", .timeLimit(.minutes(1)))
struct ServerClientsTests {
    @Test("smtplib: pipelined commands are answered, refusals are named, DSN parameters arrive")
    func smtplib() async throws {
        let host = try ServerHost()
        let script = """
            import smtplib, sys
            s = smtplib.SMTP('127.0.0.1', \(host.port), local_hostname='client.example', timeout=20)
            s.ehlo()
            assert s.has_extn('pipelining') and s.has_extn('dsn') and s.esmtp_features['size'] == '26214400'
            assert s.sendmail('a@example.org', ['b@example.net'], b'Subject: x\\r\\n\\r\\n.dot\\r\\n',
                              mail_options=['ENVID=QQ+2B1', 'RET=HDRS'], rcpt_options=['NOTIFY=NEVER']) == {}
            try:
                s.sendmail('forbidden@example.org', ['b@example.net'], b'x')
                sys.exit(2)
            except smtplib.SMTPSenderRefused as e:
                assert e.smtp_code == 550 and b'5.7.1' in e.smtp_error, e
            try:
                s.sendmail('a@example.org', ['b@example.net'], b'From: x@forbidden.example\\r\\n\\r\\nx')
                sys.exit(3)
            except smtplib.SMTPDataError as e:
                assert e.smtp_code == 550, e
            assert s.noop()[0] == 250 and s.verify('x')[0] == 252 and s.docmd('FOO')[0] == 500
            s.quit()
            print('done')
            """
        if let output = try await ServerTool.run("python3", ["-"], input: script) {
            #expect(output.text == "done\n" && output.status == 0)
            let message = try #require(host.intake.submissions.first)
            #expect(host.intake.submissions.count == 1)
            #expect(message.content.original == Array("Subject: x\r\n\r\n.dot\r\n".utf8))
            #expect(message.envelope.envelopeID == "QQ+1" && message.envelope.returnOption == .headers)
            #expect(message.envelope.recipients.first?.notify == .never)
            guard case .smtp(let origin) = message.origin else { return #expect(Bool(false)) }
            #expect(origin.helo == "client.example" && origin.isESMTP && origin.clientAddress == "127.0.0.1")
        }
        await host.stop()
        #expect(host.server.sessionCount == 0)
    }

    @Test("smtplib with STARTTLS and AUTH; without them no mail", arguments: [ListenerTLS.startTLS, .implicit])
    func authentication(tls: ListenerTLS) async throws {
        let host = try ServerHost(trusted: false, tls: tls)
        let connect =
            tls == .implicit
            ? "s = smtplib.SMTP_SSL('127.0.0.1', \(host.port), context=c, timeout=20)"
            : """
            s = smtplib.SMTP('127.0.0.1', \(host.port), timeout=20)
            s.ehlo()
            assert not s.has_extn('auth')
            assert s.docmd('AUTH', 'PLAIN AHVzZXIAc2VjcmV0')[0] == 538
            assert s.docmd('MAIL', 'FROM:<a@example.org>')[0] == 530
            s.starttls(context=c)
            """
        let script = """
            import smtplib, ssl
            c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
            \(connect)
            s.ehlo()
            assert 'PLAIN LOGIN' in s.esmtp_features['auth'] and not s.has_extn('starttls')
            try:
                s.login('user', 'wrong')
                raise SystemExit(2)
            except smtplib.SMTPAuthenticationError as e:
                assert e.smtp_code in (535, 421), e
            s.user, s.password = 'user', 'secret'
            assert s.auth('login', s.auth_login)[0] == 235
            s.sendmail('a@example.org', ['b@example.net'], b'Subject: x\\r\\n\\r\\nx\\r\\n')
            s.quit()
            print('done')
            """
        if let output = try await ServerTool.run("python3", ["-"], input: script) {
            #expect(output.text == "done\n")
            guard case .smtp(let origin)? = host.intake.submissions.first?.origin else { return #expect(Bool(false)) }
            #expect(origin.user == "user" && origin.tls?.version.hasPrefix("TLSv1.") == true)
        }
        await host.stop()
    }

    @Test("swaks, with TLS, AUTH and pipelining")
    func swaks() async throws {
        let host = try ServerHost(trusted: false, tls: .startTLS)
        let output = try await ServerTool.run(
            "swaks",
            [
                "--server", "127.0.0.1:\(host.port)", "--from", "a@example.org", "--to", "b@example.net,c@example.net",
                "--tls", "--auth", "PLAIN", "--auth-user", "user", "--auth-password", "secret", "--pipeline",
                "--body", ".a line with a dot", "--timeout", "20",
            ])
        if let output {
            #expect(output.status == 0, "\(output.text)")
            #expect(output.text.contains("queued as"))
            let message = try #require(host.intake.submissions.first)
            #expect(message.envelope.recipients.count == 2)
            #expect(String(decoding: message.content.original, as: UTF8.self).contains("\r\n.a line with a dot\r\n"))
        }
        await host.stop()
    }

    @Test("smtp-source: many sessions, kept and not", arguments: [true, false])
    func smtpSource(isKept: Bool) async throws {
        let host = try ServerHost()
        let arguments = ["-s", "10", "-m", "500", "-l", "2000", "-f", "a@example.org", "-t", "b@example.net"]
        let output = try await ServerTool.run(
            "smtp-source", arguments + (isKept ? ["-d"] : []) + ["127.0.0.1:\(host.port)"])
        if let output {
            #expect(output.status == 0, "\(output.text)")
            #expect(host.intake.submissions.count == 500)
        }
        await host.stop()
    }

    @Test("The inbox takes any recipient from anybody and keeps the bytes as they came")
    func inbox() async throws {
        let host = try ServerHost(inbox: true, trusted: false)
        let script = """
            import smtplib
            s = smtplib.SMTP('127.0.0.1', \(host.port), timeout=20)
            s.sendmail('', ['any@where.example', 'postmaster'], b'no header at all\\r\\n..\\r\\n \\x80\\xff\\r\\n')
            s.quit()
            """
        if let output = try await ServerTool.run("python3", ["-"], input: script) {
            #expect(output.status == 0, "\(output.text)")
            let message = try #require(host.inbox.messages.first)
            #expect(message.content == Array("no header at all\r\n..\r\n ".utf8) + [0x80, 0xFF, 13, 10])
            #expect(message.sender == nil && message.recipients.count == 2)
        }
        await host.stop()
    }
}
