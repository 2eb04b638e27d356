using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Storage.Encryption;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents.Tests.Hosting;

/// <summary>A database over ports that its host plugs in.</summary>
public sealed class BackendTests
{
    [Fact]
    public async Task a_database_opens_over_what_its_host_plugs_in_and_lets_it_go()
    {
        var backend = new PluggedBackend();
        await using (var database = await OpenAsync(backend))
        {
            await database.Kv("users").PutAsync("ada", new { Name = "Ada" });
            Assert.Equal("nowhere", new TemporalOptions { Backend = backend }.Place);
        }

        Assert.Equal(1, backend.Disposals);
        await using var again = await OpenAsync(backend);
        Assert.NotNull(await again.Kv("users").GetVersionAsync("ada"));
        Assert.Equal(1 << 30, backend.Surroundings!.LogBytesMax);
    }

    [Fact]
    public async Task agents_that_the_backend_names_are_opened_before_anybody_asks()
    {
        var backend = new PluggedBackend();
        await using (var database = await OpenAsync(backend))
            await database.Kv("users").PutAsync("ada", 1);
        backend.Agents = [new AgentId("default", AgentKind.Kv, "users", 0), new AgentId("default", AgentKind.Catalog, "catalog", 0)];
        await using var again = await OpenAsync(backend);

        // Nobody else opens documents; what looks after workspaces opens their registry and catalogs.
        await Eventually.HoldsAsync("both agents are open", () => backend.Agents.All(backend.Logs.Opened.Contains));
    }

    [Fact]
    public async Task a_database_that_does_not_open_lets_the_ports_go()
    {
        var backend = new PluggedBackend { Master = Convert.ToBase64String(new byte[32]) };
        await new ObjectKeyStore(backend.Objects, MasterKey.Parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "it"), TimeProvider.System, Random.Shared.NextBytes)
            .CreateAsync(DataKeyScope.OfKey("w", "n", "k"), 1, default);
        var refusal = await Assert.ThrowsAsync<TemporalException>(() => OpenAsync(backend));
        Assert.Equal((ErrorCodes.MasterKeyWrong, 1), (refusal.Code, backend.Disposals));
    }

    private static async Task<TemporalDatabase> OpenAsync(PluggedBackend backend) =>
        await TemporalDatabase.OpenAsync(new TemporalOptions { Backend = backend, Storage = { MasterKey = backend.Master } });

    private sealed class PluggedBackend : IStorageBackend, IDisposable
    {
        public string Place => "nowhere";

        public bool IsShared => false;

        public string? Master { get; init; }

        public HeldLogs Logs { get; private set; } = new();

        public MemoryObjectStore Objects { get; } = new();

        public IReadOnlyList<AgentId> Agents { get; set; } = [];

        public StorageSurroundings? Surroundings { get; private set; }

        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;

        public ValueTask<StoragePorts> OpenAsync(StorageSurroundings surroundings, CancellationToken cancellationToken)
        {
            Surroundings = surroundings;
            Logs = Logs.Restart();
            var keys = new ObjectKeyStore(Objects, surroundings.MasterKey, surroundings.Time, surroundings.Random);
            return new(new StoragePorts { Logs = Logs, Objects = Objects, Keys = keys, Agents = Agents, Owned = [this] });
        }
    }
}
