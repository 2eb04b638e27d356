using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace OrleansTemporal.Server.Tests.Hosting;

/// <summary>How the server starts, what it says, and how it stops.</summary>
public sealed class ServerStartTests : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"ot-server-{Environment.ProcessId}-{Interlocked.Increment(ref folders)}");
    private static int folders;

    [Fact]
    public async Task it_says_where_it_listens_where_data_is_and_what_to_try()
    {
        await using var server = await RunningServer.StartAsync(folder);
        Assert.Contains($"OrleansTemporal listens on {server.Client.BaseAddress!.ToString().TrimEnd('/')}", server.Output, StringComparison.Ordinal);
        Assert.Contains($"Data is in {folder}", server.Output, StringComparison.Ordinal);
        Assert.Equal(3, server.Output.Split("  curl ").Length - 1);
        Assert.DoesNotContain("warn", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task an_empty_folder_is_enough_to_start()
    {
        await using var server = await RunningServer.StartAsync(folder);
        Assert.True(Directory.Exists(Path.Combine(folder, "journal")));
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://127.0.0.1:0;http://192.0.2.1:0")]
    public async Task addresses_beyond_loopback_are_refused_in_a_sentence(string urls)
    {
        await using var server = RunningServer.Begin("--urls", urls, "--OrleansTemporal:DataDirectory", folder);
        Assert.Equal(1, await server.WaitForExitAsync());
        Assert.Contains("AllowNonLoopback=true", server.Output, StringComparison.Ordinal);
        Assert.False(server.Output.Contains("   at ", StringComparison.Ordinal), server.Output);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task allowed_addresses_beyond_loopback_are_warned_of()
    {
        await using var server = RunningServer.Begin(
            "--urls", "http://0.0.0.0:0", "--OrleansTemporal:DataDirectory", folder, "--OrleansTemporal:AllowNonLoopback", "true");
        await server.WaitUntilReadyAsync();
        await Eventually.HoldsAsync("it warns", () => server.Output.Contains("there is no authentication", StringComparison.Ordinal));
    }

    [Fact]
    public async Task settings_that_can_not_work_are_refused_in_a_sentence()
    {
        await using var server = RunningServer.Begin("--urls", "http://127.0.0.1:0", "--OrleansTemporal:DataDirectory", folder, "--OrleansTemporal:Http:ConnectionsMax", "0");
        Assert.Equal(1, await server.WaitForExitAsync());
        Assert.Contains("OrleansTemporal:Http:ConnectionsMax is more than zero", server.Output, StringComparison.Ordinal);
        Assert.False(server.Output.Contains("   at ", StringComparison.Ordinal), server.Output);
    }

    [Theory]
    [InlineData("There is no storage 'tape': it is local or azure.", "--storage", "tape")]
    [InlineData("needs a ConnectionString, or the ServiceUri", "--storage", "azure")]
    [InlineData("is no connection string of a storage account", "--OrleansTemporal:Storage:Azure:ConnectionString", "nonsense")]
    [InlineData("ServiceUri is an https address", "--OrleansTemporal:Storage:Azure:ServiceUri", "http://account.blob.core.windows.net")]
    public async Task storage_that_can_not_be_is_refused_in_one_line(string words, params string[] arguments)
    {
        await using var server = RunningServer.Begin(["--urls", "http://127.0.0.1:0", "--OrleansTemporal:DataDirectory", folder, .. arguments]);
        Assert.Equal(1, await server.WaitForExitAsync());
        Assert.Contains(words, server.Output, StringComparison.Ordinal);
        Assert.Single(server.Output.Split('\n'), static line => line.Length > 0);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task storage_that_does_not_answer_ends_the_server_with_a_sentence()
    {
        await using var server = RunningServer.Begin(
            "--urls", "http://127.0.0.1:0",
            "--OrleansTemporal:Storage:Azure:ConnectionString", "AccountName=a;AccountKey=AAAA;BlobEndpoint=http://127.0.0.1:1/a",
            "--OrleansTemporal:Storage:Azure:GiveUpAfter", "00:00:00.100");
        Assert.Equal(1, await server.WaitForExitAsync());
        Assert.Contains("The blob service failed to open", server.Output, StringComparison.Ordinal);
        Assert.False(server.Output.Contains("   at ", StringComparison.Ordinal), server.Output);
    }

    [Fact]
    public async Task folder_in_use_and_port_in_use_are_refused_in_a_sentence()
    {
        await using var first = await RunningServer.StartAsync(folder);
        await using var sameFolder = RunningServer.Begin("--urls", "http://127.0.0.1:0", "--OrleansTemporal:DataDirectory", folder);
        Assert.Equal(1, await sameFolder.WaitForExitAsync());
        Assert.Contains(folder, sameFolder.Output, StringComparison.Ordinal);
        Assert.False(sameFolder.Output.Contains("   at ", StringComparison.Ordinal), sameFolder.Output);

        var address = first.Client.BaseAddress!.ToString().TrimEnd('/');
        await using var samePort = RunningServer.Begin("--urls", address, "--OrleansTemporal:DataDirectory", folder + "-other");
        Assert.Equal(1, await samePort.WaitForExitAsync());
        Assert.Contains("address already in use", samePort.Output, StringComparison.Ordinal);
        Assert.False(samePort.Output.Contains("   at ", StringComparison.Ordinal), samePort.Output);
    }

    [Fact]
    public async Task stop_lets_a_request_in_flight_finish_and_keeps_what_it_wrote()
    {
        var path = "/v1/default/kv/stop/late";
        await using (var server = await RunningServer.StartAsync(folder))
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", server.Client.BaseAddress!.Port);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n12"));

            // A request that is answered on the same connection's peer proves nothing; one more round trip does: the
            // server has long read the first half when it answers a later request.
            (await server.Client.GetAsync("/health/live")).EnsureSuccessStatusCode();
            server.Terminate();
            await Eventually.HoldsAsync("the server accepts no more", async () =>
            {
                try
                {
                    using var late = new TcpClient();
                    await late.ConnectAsync("127.0.0.1", server.Client.BaseAddress.Port);
                    return false;
                }
                catch (SocketException)
                {
                    return true;
                }
            });
            await stream.WriteAsync("34"u8.ToArray());
            var answer = new byte[4_096];
            var read = await stream.ReadAsync(answer);
            Assert.StartsWith("HTTP/1.1 201", Encoding.ASCII.GetString(answer, 0, read), StringComparison.Ordinal);
            client.Close();
            Assert.Equal(0, await server.WaitForExitAsync());
        }

        await using var again = await RunningServer.StartAsync(folder);
        var document = JsonDocument.Parse(await again.Client.GetStringAsync(path));
        Assert.Equal(1234, document.RootElement.GetProperty("value").GetInt32());
    }

    [Fact]
    public async Task logs_are_json_when_asked()
    {
        await using var server = await RunningServer.StartAsync(folder, "--OrleansTemporal:JsonLogs", "true");
        await Eventually.HoldsAsync("the log says that the database is open", () => server.Output.Contains("Opened the database", StringComparison.Ordinal));
        var line = server.Output.Split('\n').First(line => line.Contains("Opened the database", StringComparison.Ordinal));
        Assert.Equal("Information", JsonDocument.Parse(line).RootElement.GetProperty("LogLevel").GetString());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var path in (string[])[folder, folder + "-other"])
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }
}
