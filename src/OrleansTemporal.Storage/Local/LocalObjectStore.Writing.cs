using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Local;

/// <content>Writing.</content>
public sealed partial class LocalObjectStore
{
    /// <inheritdoc/>
    public async ValueTask<IObjectWriter> CreateAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var temporary = NextTemporary();
        try
        {
            var file = await files.OpenAsync(temporary, create: true, cancellationToken).ConfigureAwait(false);
            return new LocalObjectWriter(this, path, temporary, file ?? throw StoredBytes.Failed(path, "create", null));
        }
        catch (Exception exception) when (StoredBytes.IsFailure(exception))
        {
            throw StoredBytes.Failed(path, "create", exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<string?> PutIfMatchAsync(
        string path, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, SmallObjectBytesMax);
        using var held = await locks.EnterAsync(path, cancellationToken).ConfigureAwait(false);
        var present = await ReadSmallAsync(path, cancellationToken).ConfigureAwait(false);
        if ((present is null ? null : ContentTag.Of(present)) != expectedTag)
        {
            return null;
        }

        var temporary = NextTemporary();
        var renaming = false;
        try
        {
            using (var file = await files.OpenAsync(temporary, create: true, cancellationToken).ConfigureAwait(false))
            {
                await file!.WriteAsync(0, content, cancellationToken).ConfigureAwait(false);
                await file.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            renaming = true;
            folders.Doubt(FolderOf(FileOf(path)));
            await files.RenameAsync(temporary, FileOf(path), replace: true, CancellationToken.None).ConfigureAwait(false);
            openFiles.Forget(FileOf(path));
            await folders.FlushAsync(FolderOf(FileOf(path))).ConfigureAwait(false);
            return ContentTag.Of(content.Span);
        }
        catch (Exception exception) when (StoredBytes.IsFailure(exception))
        {
            await RemoveQuietlyAsync(temporary).ConfigureAwait(false);
            throw StoredBytes.Failed(path, "replace", exception, outcomeUnknown: renaming);
        }
        catch (OperationCanceledException)
        {
            await RemoveQuietlyAsync(temporary).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Gives a finished temporary file its name; false when the name is taken.</summary>
    internal async ValueTask<bool> PublishAsync(string temporary, string path, CancellationToken cancellationToken)
    {
        using var held = await locks.EnterAsync(path, cancellationToken).ConfigureAwait(false);
        using (var present = await files.OpenAsync(FileOf(path), create: false, cancellationToken).ConfigureAwait(false))
        {
            if (present is not null)
            {
                return false;
            }
        }

        // From here on there is no way back: a cancelled rename would leave the caller not knowing.
        folders.Doubt(FolderOf(FileOf(path)));
        await files.RenameAsync(temporary, FileOf(path), replace: false, CancellationToken.None).ConfigureAwait(false);
        await folders.FlushAsync(FolderOf(FileOf(path))).ConfigureAwait(false);
        return true;
    }

    /// <summary>Removes a temporary file; one that stays is removed at the next open.</summary>
    internal async ValueTask RemoveQuietlyAsync(string temporary)
    {
        try
        {
            await files.DeleteAsync(temporary, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (StoredBytes.IsFailure(exception))
        {
            // The error that led here is the one to tell.
        }
    }
}
