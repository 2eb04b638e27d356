using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Storage;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Grains.Tests.Kv;

/// <summary>The state of any grain is kept as versions of a document.</summary>
public sealed class GrainStorageTests : IAsyncLifetime
{
    public const string Provider = "temporal";

    private readonly LostAnswers lost = new();
    private readonly TestSilo silo;

    public GrainStorageTests() => silo = new TestSilo
    {
        Configure = builder =>
        {
            builder.AddOrleansTemporalGrainStorage(Provider);
            builder.AddOutgoingGrainCallFilter(lost);
        },
    };

    public Task InitializeAsync() => silo.InitializeAsync();

    public Task DisposeAsync() => silo.DisposeAsync();

    [Fact]
    public async Task a_state_is_there_after_its_grain_and_its_silo_were_gone()
    {
        var counter = Counter("ada");
        Assert.Null(await counter.GetAsync());
        Assert.Equal(1, await counter.AddAsync(1));
        Assert.Equal(3, await counter.AddAsync(2));
        await counter.NoteAsync("noted");
        await silo.Cluster.DeactivateAsync(counter.GetGrainId());
        Assert.Equal(3, await counter.GetAsync());
        Assert.Equal(7, await counter.AddAsync(4));
        await silo.RestartAsync();
        Assert.Equal(7, await Counter("ada").GetAsync());
        Assert.Null(await Counter("other").GetAsync());
    }

    [Fact]
    public async Task every_write_is_a_version_that_is_read_back_as_of_its_moment()
    {
        var counter = Counter("ada");
        await counter.AddAsync(1);
        await counter.AddAsync(2);
        await counter.NoteAsync("noted");
        var kv = silo.Client.KvService;
        var history = await kv.HistoryAsync("grains.counter", Key(counter));
        Assert.Equal(["{\"added\":[1],\"count\":1}", "{\"added\":[1,2],\"count\":3}"], history.Select(static version => Encoding.UTF8.GetString(version.Value.Span)));
        Assert.Equal(await counter.GetETagAsync(), history[^1].WriteId.ToString());
        Assert.Equal("{\"added\":[1],\"count\":1}", await kv.GetAsync("grains.counter", Key(counter), AsOf.At(history[0].SystemTime)));
        Assert.Equal("[\"noted\"]", await kv.GetAsync("grains.note_2fof_20it", Key(counter)));
    }

    [Fact]
    public async Task who_has_lost_a_race_is_told_so_and_goes_on_from_what_stands()
    {
        var counter = Counter("ada");
        await counter.AddAsync(1);
        var kv = silo.Client.KvService;
        await kv.PutAsync("grains.counter", Key(counter), "{\"count\":10,\"added\":[10]}");
        var lost = await Assert.ThrowsAsync<InconsistentStateException>(() => counter.AddAsync(1));
        Assert.Equal((await kv.HistoryAsync("grains.counter", Key(counter)))[^1].WriteId.ToString(), lost.StoredEtag);

        // The runtime lets an activation go that has lost; the next one has read what stands.
        Assert.Equal(11, await counter.AddAsync(1));
        await kv.PutAsync("grains.counter", Key(counter), "{\"count\":20,\"added\":[20]}");
        await counter.ReadAsync();
        Assert.Equal(21, await counter.AddAsync(1));

        // The first write of a grain, which expects nothing, and clearing lose as well.
        var late = Counter("late");
        Assert.Null(await late.GetAsync());
        await kv.PutAsync("grains.counter", Key(late), "{\"count\":5,\"added\":[5]}");
        await Assert.ThrowsAsync<InconsistentStateException>(() => late.AddAsync(1));
        Assert.Equal(6, await late.AddAsync(1));
        await kv.PutAsync("grains.counter", Key(late), "{\"count\":7,\"added\":[7]}");
        await Assert.ThrowsAsync<InconsistentStateException>(late.ClearAsync);
        Assert.Equal(7, await late.GetAsync());
    }

    [Fact]
    public async Task a_state_that_was_cleared_is_gone_and_its_history_stays()
    {
        var counter = Counter("ada");
        await counter.ClearAsync();
        await counter.AddAsync(5);
        await counter.ClearAsync();
        Assert.Null(await counter.GetAsync());
        Assert.Null(await counter.GetETagAsync());
        await silo.Cluster.DeactivateAsync(counter.GetGrainId());
        Assert.Null(await counter.GetAsync());
        Assert.Equal(2, await counter.AddAsync(2));
        Assert.Equal([false, true, false], (await silo.Client.KvService.HistoryAsync("grains.counter", Key(counter))).Select(static version => version.IsDeleted));
    }

    [Fact]
    public async Task a_write_without_an_answer_is_settled_by_what_stands()
    {
        var counter = Counter("ada");
        lost.Answers = 1;
        Assert.Equal(1, await counter.AddAsync(1));
        lost.Answers = 1;
        Assert.Equal(3, await counter.AddAsync(2));
        Assert.Equal(2, (await silo.Client.KvService.HistoryAsync("grains.counter", Key(counter))).Length);

        lost.Writes = 1;
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => counter.AddAsync(4));
        Assert.False(Assert.IsType<TemporalException>(failure.InnerException).OutcomeUnknown);
        await counter.ReadAsync();
        Assert.Equal(3, await counter.GetAsync());
        Assert.Equal(4, await counter.AddAsync(1));
    }

    [Fact]
    public void two_states_are_at_one_place_exactly_when_they_are_the_same()
    {
        string[] names = ["a", "a.b", "a_b", "a/b", "a b", "A", "a_2fb", "ä", "a%2Fb", "-", "_"];
        string[] types = ["t", "t/u", "t%2Fu", "t%u", "T"];
        string[] keys = ["k", "k/l", "k%2Fl", "ä", "u/k", "k "];
        var places = (from name in names from type in types from key in keys select GrainStatePlace.Of("grains.", name, GrainId.Create(type, key))).ToList();
        Assert.Equal(places.Count, places.Distinct().Count());
        Assert.All(places, static place => Assert.True(Names.IsValid(place.Namespace)));
        Assert.Equal(new GrainStatePlace("grains.profile", "visitor/ada"), GrainStatePlace.Of("grains.", "profile", GrainId.Create("visitor", "ada")));
    }

    [Fact]
    public async Task what_has_no_place_is_refused_in_words()
    {
        Assert.Equal(ErrorCodes.InvalidName, Assert.Throws<TemporalException>(() => GrainStatePlace.Of("grains.", new string('x', 200), GrainId.Create("t", "k"))).Code);
        Assert.Equal(ErrorCodes.InvalidKey, Assert.Throws<TemporalException>(() => GrainStatePlace.Of("grains.", "s", new GrainId(GrainType.Create("t"), new IdSpan([0xFF, 0xFE])))).Code);
        var storage = silo.Cluster.GetSiloServiceProvider().GetRequiredKeyedService<IGrainStorage>(Provider);
        var state = new GrainState<CounterState> { State = new CounterState() };
        Assert.Equal(ErrorCodes.InvalidKey, (await Assert.ThrowsAsync<TemporalException>(() => storage.WriteStateAsync("s", GrainId.Create("t", new string('k', 2_000)), state))).Code);
    }

    private static string Key(ICounterGrain counter) => counter.GetGrainId().ToString();

    private ICounterGrain Counter(string key) => silo.Cluster.Client.GetGrain<ICounterGrain>(key);
}
