using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansTemporal.Http.Tests.Testing;

/// <summary>A TCP connection that sends bytes as they are: no client library tidies what it is given.</summary>
public sealed class RawConnection : IDisposable
{
    private readonly TcpClient client = new();
    private readonly List<byte> received = [];
    private NetworkStream stream = null!;

    /// <summary>Connects.</summary>
    public static async Task<RawConnection> OpenAsync(TestServer server)
    {
        var connection = new RawConnection();
        await connection.client.ConnectAsync(server.EndPoint);
        connection.client.ReceiveTimeout = connection.client.SendTimeout = 20_000;
        connection.stream = connection.client.GetStream();
        return connection;
    }

    /// <summary>Sends one request on a connection of its own and reads the answer.</summary>
    public static async Task<Answer> AskAsync(TestServer server, string method, string target, string? body = null)
    {
        using var connection = await OpenAsync(server);
        var content = Encoding.UTF8.GetBytes(body ?? "");
        var head = $"{method} {target} HTTP/1.1\r\nHost: {server.EndPoint}\r\nConnection: close\r\n"
            + (body is null ? "" : $"Content-Length: {content.Length}\r\n") + "\r\n";
        await connection.SendAsync([.. Encoding.Latin1.GetBytes(head), .. content]);
        return await connection.ReadAnswerAsync(method == "HEAD") ?? throw new IOException("The server closed the connection without an answer.");
    }

    /// <summary>Sends text as Latin-1 bytes.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Sends bytes; a server that has closed already is no failure of the sender.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            await stream.WriteAsync(bytes);
        }
        catch (IOException)
        {
            // The answer, if there is one, says why.
        }
    }

    /// <summary>Tells the server that nothing more comes.</summary>
    public void EndSending() => client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Waits until the server asks for the body of a request that was sent with <c>Expect: 100-continue</c>.</summary>
    public async Task ReadContinueAsync()
    {
        int end;
        while ((end = FindHeadEnd()) < 0)
        {
            if (!await ReceiveAsync())
            {
                throw new IOException("The server closed the connection without asking for the body.");
            }
        }

        var head = Encoding.Latin1.GetString(received.ToArray(), 0, end);
        received.RemoveRange(0, end + 4);
        if (!head.StartsWith("HTTP/1.1 100 ", StringComparison.Ordinal))
        {
            throw new IOException($"The server answered before it asked for the body: {head}");
        }
    }

    /// <summary>Reads one answer; null when the server closes the connection instead.</summary>
    public async Task<Answer?> ReadAnswerAsync(bool isHead = false)
    {
        int end;
        while ((end = FindHeadEnd()) < 0)
        {
            if (!await ReceiveAsync())
            {
                return null;
            }
        }

        var lines = Encoding.Latin1.GetString(received.ToArray(), 0, end).Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        received.RemoveRange(0, end + 4);
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        if (status == 100)
        {
            return await ReadAnswerAsync(isHead);
        }

        var length = isHead || status is 304 || !headers.TryGetValue("Content-Length", out var text) ? 0 : int.Parse(text, CultureInfo.InvariantCulture);
        while (received.Count < length)
        {
            if (!await ReceiveAsync())
            {
                throw new IOException("The server closed the connection within an answer.");
            }
        }

        var body = Encoding.UTF8.GetString(received.ToArray(), 0, length);
        received.RemoveRange(0, length);
        return new Answer(status, headers, body);
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private int FindHeadEnd() => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(received).IndexOf("\r\n\r\n"u8);

    private async Task<bool> ReceiveAsync()
    {
        var buffer = new byte[16 << 10];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            var read = await stream.ReadAsync(buffer, patience.Token);
            received.AddRange(buffer.AsSpan(0, read));
            return read > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
