using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Series;
using OrleansTemporal.Signals;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Timelines;
using OrleansTemporal.Vectors;
using OrleansTemporal.Views;
using OrleansTemporal.Wire;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Grains.Tests.Wire;

/// <summary>Records travel as they are, today's and yesterday's.</summary>
public sealed class WireTests(TestSilo silo) : IClassFixture<TestSilo>
{
    private const string ShapesFile = "tests/OrleansTemporal.Grains.Tests/Wire/shapes.txt";

    private readonly Serializer serializer = silo.Cluster.Client.ServiceProvider.GetRequiredService<Serializer>();

    private static IEnumerable<Type> Grains =>
    [
        typeof(IStorageGrain), typeof(IChronicleGrain), typeof(ISignalLedgerGrain), typeof(IVectorGrain), typeof(ITimelineGrain), typeof(IChannelGrain), typeof(ISubscriptionGrain), typeof(IViewGrain),
        typeof(ICatalogGrain), typeof(ILifecycleGrain), typeof(IWorkspaceGrain),
    ];

    /// <summary>Every type that a grain takes or gives.</summary>
    private static IEnumerable<Type> Travelling =>
        Grains.SelectMany(static grain => grain.GetInterfaces().Append(grain))
            .Where(static type => type.Namespace!.StartsWith("OrleansTemporal", StringComparison.Ordinal))
            .SelectMany(static type => type.GetMethods())
            .SelectMany(static method => method.GetParameters().Select(static parameter => parameter.ParameterType).Concat(method.ReturnType.GetGenericArguments()))
            .Where(static type => type != typeof(CancellationToken))
            .Distinct().OrderBy(static type => type.ToString(), StringComparer.Ordinal);

    [Fact]
    public void every_value_that_grains_take_or_give_arrives_as_it_was_sent()
    {
        var send = typeof(WireTests).GetMethod(nameof(Send), BindingFlags.NonPublic | BindingFlags.Instance)!;
        var types = Travelling.ToList();
        Assert.True(types.Count > 20);
        foreach (var type in types)
        {
            for (var seed = 1; seed <= 100; seed++)
            {
                var sent = new AnyRecord(seed).Draw(type);
                var received = send.MakeGenericMethod(type).Invoke(this, [sent]);
                Assert.True(AnyRecord.Difference(sent, received, type.Name) is null, $"seed {seed}: {AnyRecord.Difference(sent, received, type.Name)} of {type} differs");
            }
        }
    }

    [Fact]
    public void shapes_are_those_of_the_snapshot_and_grow_at_the_end_only()
    {
        var shapes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var type in Travelling)
        {
            Collect(type, shapes);
        }

        var now = string.Join('\n', shapes.Select(static pair => $"{pair.Key} {pair.Value}")) + "\n";
        var path = TestRepository.PathOf(ShapesFile);
        if (Environment.GetEnvironmentVariable("OT_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, now);
        }

        Assert.True(
            File.ReadAllText(path) == now,
            $"What travels has changed. Silos of two releases talk to each other while one replaces the other: members are added at the end of a record and never moved, retyped or removed. If that holds, run this test with OT_UPDATE_SNAPSHOTS=1.\n{now}");
    }

    [Fact]
    public void members_that_an_older_sender_does_not_know_get_their_defaults()
    {
        var writer = WireWriter.Rent();
        WireFormats.Of<KvWrite>().Write(writer, new KvWrite { Operations = [], Actor = "me" });
        var bytes = writer.Written.ToArray();
        WireWriter.Return(writer);

        // As if the operations had been all that there was: their count in the byte behind the length.
        var reader = new WireReader([1, 0, 0, 0, bytes[sizeof(uint)]]);
        var read = WireFormats.Of<KvWrite>().Read(ref reader);
        Assert.True(read.Operations.IsEmpty && !read.Operations.IsDefault);
        Assert.Equal(("", Durability.Durable), (read.Actor, read.Durability));
        Assert.True(read.Causes.IsEmpty && !read.Causes.IsDefault);
    }

    [Fact]
    public void members_that_a_newer_sender_adds_are_passed_over()
    {
        var writer = WireWriter.Rent();
        var pair = ImmutableArray.Create(new SortedPair("a", 1), new SortedPair("b", 2));
        writer.WriteVarint(3);
        foreach (var (key, value) in pair)
        {
            var start = writer.BeginLength();
            writer.WriteText(key);
            writer.WriteByte((byte)value);
            writer.WriteText("what came later");
            writer.EndLength(start);
        }

        var reader = new WireReader(writer.Written.ToArray());
        WireWriter.Return(writer);
        var fields = WireFormats.Of<ImmutableArray<Queries.SortField>>().Read(ref reader);
        Assert.Equal([new Queries.SortField("a", true), new Queries.SortField("b", true)], fields.AsEnumerable());
    }

    [Fact]
    public void bytes_that_are_no_record_are_refused_and_never_ask_for_much_memory()
    {
        var refused = 0;
        for (var seed = 1; seed <= 2_000; seed++)
        {
            var random = new Random(seed);
            var writer = WireWriter.Rent();
            WireFormats.Of<KvWrite>().Write(writer, (KvWrite?)new AnyRecord(seed).Draw(typeof(KvWrite)) ?? new KvWrite { Operations = [] });
            var bytes = writer.Written.ToArray();
            WireWriter.Return(writer);
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                var reader = new WireReader(bytes[..random.Next(1, bytes.Length + 1)]);
                WireFormats.Of<KvWrite>().Read(ref reader);
            }
            catch (Exception refusal) when (refusal is InvalidDataException or TemporalException or OverflowException or ArgumentException)
            {
                refused++;
            }
        }

        Assert.True(refused > 500, $"only {refused} were refused");
    }

    [Fact]
    public void records_are_not_copied_within_a_silo()
    {
        var copier = silo.Cluster.Client.ServiceProvider.GetRequiredService<DeepCopier>();
        var write = new KvWrite { Operations = [new KvOperation { Kind = KvOperationKind.Put, Key = "k", Value = Encoding.UTF8.GetBytes("1") }] };
        Assert.Same(write, copier.Copy(write));
    }

    private static void Collect(Type type, SortedDictionary<string, string> shapes)
    {
        if (type.IsGenericType)
        {
            foreach (var inner in type.GetGenericArguments())
            {
                Collect(inner, shapes);
            }

            return;
        }

        if (!type.Namespace!.StartsWith("OrleansTemporal", StringComparison.Ordinal) || !shapes.TryAdd(type.Name, WireFormats.Format(type).Shape))
        {
            return;
        }

        if (WireFormats.Format(type).GetType() is { IsGenericType: true } format && format.GetGenericTypeDefinition() == typeof(WireRecord<>))
        {
            foreach (var property in type.GetProperties().Where(static property => property.SetMethod is { IsPublic: true }))
            {
                Collect(property.PropertyType, shapes);
            }
        }
    }

    private T? Send<T>(T? value) => serializer.Deserialize<T>(serializer.SerializeToArray(value));

    private sealed record SortedPair(string Key, int Value);
}
