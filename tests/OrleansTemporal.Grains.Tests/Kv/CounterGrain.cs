namespace OrleansTemporal.Grains.Tests.Kv;

/// <inheritdoc cref="ICounterGrain"/>
internal sealed class CounterGrain(
    [PersistentState("counter", GrainStorageTests.Provider)] IPersistentState<CounterState> counter,
    [PersistentState("note/of it", GrainStorageTests.Provider)] IPersistentState<List<string>> note) : Grain, ICounterGrain
{
    /// <inheritdoc/>
    public async Task<int> AddAsync(int count)
    {
        counter.State.Count += count;
        counter.State.Added.Add(count);
        await counter.WriteStateAsync();
        return counter.State.Count;
    }

    /// <inheritdoc/>
    public Task<int?> GetAsync() => Task.FromResult(counter.RecordExists ? counter.State.Count : (int?)null);

    /// <inheritdoc/>
    public Task ReadAsync() => counter.ReadStateAsync();

    /// <inheritdoc/>
    public Task ClearAsync() => counter.ClearStateAsync();

    /// <inheritdoc/>
    public Task NoteAsync(string text)
    {
        note.State.Add(text);
        return note.WriteStateAsync();
    }

    /// <inheritdoc/>
    public Task<string?> GetETagAsync() => Task.FromResult(counter.Etag);
}
