namespace OrleansTemporal.Grains.Tests.Kv;

/// <summary>A grain of a user with two states.</summary>
public interface ICounterGrain : IGrainWithStringKey
{
    /// <summary>Counts.</summary>
    /// <returns>How far.</returns>
    Task<int> AddAsync(int count);

    /// <summary>How far it has counted, from memory; null when it has no state.</summary>
    Task<int?> GetAsync();

    /// <summary>Reads its state anew.</summary>
    Task ReadAsync();

    /// <summary>Forgets.</summary>
    Task ClearAsync();

    /// <summary>Keeps a note in its other state.</summary>
    Task NoteAsync(string text);

    /// <summary>The version that it has.</summary>
    Task<string?> GetETagAsync();
}
