using System.Diagnostics;
using OrleansTemporal.Cluster.Tests.Testing;
using OrleansTemporal.Server.Tests.Hosting;
using OrleansTemporal.Storage.Azure.Tests.Emulation;
using Xunit.Abstractions;

namespace OrleansTemporal.Cluster.Tests.Hosting;

/// <summary>Silos in processes of their own that die, and are replaced, while clients write through all of them.</summary>
public sealed class SilosKillTests(ITestOutputHelper output)
{
    private const int WritersPerSilo = 4;
    private const int WritesPerRound = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Kills: five in an ordinary run, fifty with OT_LONG=1.</summary>
    private static int Kills => Campaign.IsLong ? 50 : 5;

    [AzuriteFact]
    public async Task silos_that_find_each_other_in_azure_tables_lose_nothing_when_one_is_killed()
    {
        await using var azurite = await Azurite.StartAsync();
        await using var tables = await AzuriteTables.StartAsync();
        await using var cluster = new ProcessCluster(azurite, ProcessCluster.On(tables));
        await KillAsync(cluster, Kills);
    }

    [PostgresFact]
    public async Task silos_that_find_each_other_in_postgres_lose_nothing_when_one_is_killed()
    {
        await using var azurite = await Azurite.StartAsync();
        await using var postgres = await Postgres.StartAsync();
        await using var cluster = new ProcessCluster(azurite, ProcessCluster.On(postgres));
        await KillAsync(cluster, Kills / 2);
        Assert.Equal(Kills / 2 + 2, await postgres.CountAsync("orleanstemporal_silo"));
    }

    [AzuriteFact]
    public async Task silos_are_replaced_one_by_one_under_load_and_nothing_is_lost()
    {
        await using var azurite = await Azurite.StartAsync();
        await using var tables = await AzuriteTables.StartAsync();
        await using var cluster = new ProcessCluster(azurite, ProcessCluster.On(tables));
        await StartTwoAsync(cluster);
        for (var round = 0; round < 2; round++)
        {
            var (leaving, staying) = (cluster.Silos[0], cluster.Silos[1]);
            using var stopped = new CancellationTokenSource();
            var writing = Writers(cluster, stopped.Token);
            await WaitForWritesAsync(cluster, writing);
            await cluster.StopAsync(leaving);
            await cluster.StartSiloAsync();
            await Eventually.HoldsAsync("the silo that stays takes writes", () => cluster.TakesWritesAsync(staying), Patience);
            await stopped.CancelAsync();
            await Task.WhenAll(writing);
            await cluster.AuditAsync(staying);
        }
    }

    private async Task KillAsync(ProcessCluster cluster, int kills)
    {
        await StartTwoAsync(cluster);
        var worst = TimeSpan.Zero;
        for (var kill = 0; kill < kills; kill++)
        {
            // Each in turn: the one that has been there, and the one that came last.
            var (victim, survivor) = (cluster.Silos[kill % 2], cluster.Silos[1 - (kill % 2)]);
            using var stopped = new CancellationTokenSource();
            var writing = Writers(cluster, stopped.Token);
            await WaitForWritesAsync(cluster, writing);
            await cluster.KillAsync(victim);
            var killed = Stopwatch.GetTimestamp();
            await Eventually.HoldsAsync("the survivor takes writes to every namespace", () => cluster.TakesWritesAsync(survivor), Patience);
            worst = worst > Stopwatch.GetElapsedTime(killed) ? worst : Stopwatch.GetElapsedTime(killed);
            await WaitForWritesAsync(cluster, writing.Where(static one => !one.IsCompleted));
            await stopped.CancelAsync();
            await Task.WhenAll(writing);
            await cluster.AuditAsync(survivor);
            await cluster.StartSiloAsync();
        }

        await cluster.AuditAsync(cluster.Silos[1]);
        output.WriteLine($"{cluster.AcknowledgedCount} acknowledged writes, {kills} kills; every agent took writes again after {worst.TotalSeconds:0.0} s at most");
    }

    private static async Task StartTwoAsync(ProcessCluster cluster)
    {
        await cluster.StartSiloAsync();
        await cluster.StartSiloAsync();
    }

    private static Task[] Writers(ProcessCluster cluster, CancellationToken stopped) =>
        [.. cluster.Silos.SelectMany((RunningServer silo, int index) => Enumerable.Range(0, WritersPerSilo).Select(writer => cluster.WriteAsync(silo, (index * WritersPerSilo) + writer, stopped)))];

    private static async Task WaitForWritesAsync(ProcessCluster cluster, IEnumerable<Task> writing)
    {
        var goal = cluster.AcknowledgedCount + WritesPerRound;
        await Eventually.HoldsAsync("enough is acknowledged", () => cluster.AcknowledgedCount >= goal || writing.Any(static one => one.IsFaulted), Patience);
    }
}
