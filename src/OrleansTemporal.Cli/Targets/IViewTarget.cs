using System.Text.Json;
using OrleansTemporal.Views;

namespace OrleansTemporal.Targets;

/// <summary>The views of a workspace.</summary>
internal interface IViewTarget
{
    /// <summary>Defines a view; true when it did not exist before.</summary>
    Task<bool> PutAsync(string view, ReadOnlyMemory<byte> definition, CancellationToken cancellationToken);

    /// <summary>What there is, each with its definition and state as a JSON object.</summary>
    IAsyncEnumerable<JsonElement> ListAsync(CancellationToken cancellationToken);

    /// <summary>A page of rows; <paramref name="cursor"/> is what the page before ended with.</summary>
    Task<QueryPage> ReadAsync(string view, string? asOf, int limit, string? cursor, CancellationToken cancellationToken);

    /// <summary>Takes in what is new; the rows that there are then.</summary>
    Task<long> RefreshAsync(string view, CancellationToken cancellationToken);

    Task DeleteAsync(string view, CancellationToken cancellationToken);
}
