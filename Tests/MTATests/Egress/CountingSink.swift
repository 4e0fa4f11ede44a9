import Foundation
import Testing

@testable import MTA

/// An SMTP sink that counts its open connections, in a process of its own, and tells what it saw.
///
/// One thread, so that the count is exact: after every accept it looks at all connections that it has, and what has
/// been closed before the new one was opened is closed before the new one is counted.
final class CountingSink {
    struct Figures: Decodable, Sendable {
        /// Open at once.
        var most: Int
        /// The same by the address that they came from.
        var mostFrom: [String: Int]
        /// All that there were, by address.
        var connections: [String: Int]
        /// Messages by address and EHLO name.
        var messages: [String: Int]
    }

    let port: UInt16
    private let server: RealServer
    private let file: URL

    private static let program = """
        import collections, json, os, selectors, socket, sys
        file, closes = sys.argv[1], sys.argv[2] == "closes"
        selector = selectors.DefaultSelector()
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        selector.register(listener, selectors.EVENT_READ)
        peers, buffers, names, modes = {}, {}, {}, {}
        connections, messages, most_from = collections.Counter(), collections.Counter(), collections.Counter()
        most = 0
        def leave(peer):
            selector.unregister(peer)
            peer.close()
            for table in (peers, buffers, names, modes): del table[peer]
        def say(peer, text):
            try: peer.sendall(text.encode())
            except OSError: pass
        def hear(peer):
            try: data = peer.recv(65536)
            except OSError: data = b""
            if not data: return leave(peer)
            buffers[peer] += data
            while b"\\n" in buffers[peer]:
                line, buffers[peer] = buffers[peer].split(b"\\n", 1)
                line = line.strip().decode("latin-1")
                if modes[peer] == "data":
                    if line != ".": continue
                    modes[peer] = ""
                    messages[peers[peer] + " " + names[peer]] += 1
                    tell()
                    say(peer, "250 ok\\r\\n")
                    continue
                verb = line.split(" ")[0].upper()
                if verb == "EHLO":
                    names[peer] = line[5:]
                    say(peer, "250-sink\\r\\n250 PIPELINING\\r\\n")
                elif verb == "DATA":
                    modes[peer] = "data"
                    say(peer, "354 go\\r\\n")
                elif verb == "QUIT":
                    say(peer, "221 bye\\r\\n")
                    if closes: return leave(peer)
                else: say(peer, "250 ok\\r\\n")
        def tell():
            with open(file + ".new", "w") as out:
                json.dump({"most": most, "mostFrom": most_from, "connections": connections, "messages": messages}, out)
            os.replace(file + ".new", file)
        def sweep():
            for key, _ in selector.select(0):
                if key.fileobj is not listener: hear(key.fileobj)
        print(listener.getsockname()[1], flush=True)
        while True:
            ready = selector.select()
            for key, _ in ready:
                if key.fileobj is not listener and key.fileobj in peers: hear(key.fileobj)
            if any(key.fileobj is listener for key, _ in ready):
                peer, address = listener.accept()
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sweep()
                peers[peer], buffers[peer], names[peer], modes[peer] = address[0], b"", "", ""
                selector.register(peer, selectors.EVENT_READ)
                connections[address[0]] += 1
                most = max(most, len(peers))
                here = sum(1 for other in peers.values() if other == address[0])
                most_from[address[0]] = max(most_from[address[0]], here)
                tell()
                say(peer, "220 sink\\r\\n")
        """

    /// - Parameter closes: whether it ends a connection itself after QUIT, or leaves that to the client.
    /// - Returns: `nil`, with a visible line, where there is no python3.
    init?(closes: Bool, needs what: String) throws {
        file = FileManager.default.temporaryDirectory.appending(path: "martlet-sink-\(UUID().uuidString).json")
        let server = RealServer(
            RealServer.python, ["-c", Self.program, file.path, closes ? "closes" : "waits"], needs: what)
        guard let server else { return nil }
        self.server = server
        port = try #require(UInt16(server.firstLine()))
    }

    deinit { try? FileManager.default.removeItem(at: file) }

    /// What it saw until now: it writes that down before it answers.
    func figures() throws -> Figures { try JSONDecoder().decode(Figures.self, from: Data(contentsOf: file)) }

    func stop() { server.stop() }
}
