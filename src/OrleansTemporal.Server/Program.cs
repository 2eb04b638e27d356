using OrleansTemporal.Hosting;

return await ServerHost.RunAsync(args, AzureStorageKind.Kind);
