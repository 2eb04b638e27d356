using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansTemporal.Hosting;

/// <summary>A folder that this process opens for itself.</summary>
internal sealed class FolderDatabaseSource(TemporalOptions options, ILoggerFactory loggers) : IDatabaseSource
{
    /// <inheritdoc/>
    public async Task<TemporalDatabase> OpenAsync(CancellationToken cancellationToken)
    {
        options.Loggers = options.Loggers is NullLoggerFactory ? loggers : options.Loggers;
        return await TemporalDatabase.OpenAsync(options, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask CloseAsync(TemporalDatabase database) => database.DisposeAsync();
}
