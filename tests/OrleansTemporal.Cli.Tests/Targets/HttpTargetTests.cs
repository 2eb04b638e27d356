using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using OrleansTemporal.Cli.Tests.Commands;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Cli.Tests.Targets;

/// <summary>Against the real server, over a real socket.</summary>
public sealed class HttpTargetTests : TargetScenarios, IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("otemporal-cli-").FullName;
    private WebApplication? server;

    public async Task InitializeAsync()
    {
        server = ServerHost.Build(["--urls", "http://127.0.0.1:0", "--OrleansTemporal:DataDirectory", Path.Combine(folder, "data"), "--OrleansTemporal:BackupDirectory", Path.Combine(folder, "backups")]);
        await server.StartAsync();
        await Eventually.HoldsAsync("the server is ready", async () => (await RunAsync("", "status")).ExitCode == 0);
    }

    public async Task DisposeAsync()
    {
        await server!.StopAsync();
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    protected override string BackupPlace(string name) => name;

    // The command names an idempotency key with each write, and those of the last day hold their points back from policy.
    protected override async Task WriteLoadAsync(DateTimeOffset time, params double[] values)
    {
        using var client = new HttpClient();
        var points = values.Select((value, i) => new { time = time.AddSeconds(20 * i).ToString("O"), tags = new { host = "a" }, fields = new { load = value } });
        using var answer = await client.PostAsJsonAsync($"{server!.Urls.Single()}/v1/default/series/cpu/points", new { points });
        answer.EnsureSuccessStatusCode();
    }

    private protected override Task<TestTerminal> RunAsync(string input, params string[] arguments) =>
        TestTerminal.RunAsync(input, server!.Urls.Single(), arguments);
}
