@description('Azure region.')
param location string

@description('Name of the account: 3 to 24 lower-case letters and digits.')
param name string

@description('Name of the container of the database; backups go to the one with -backups behind it.')
param containerName string

@description('Principal of the identity that silos sign in as.')
param principalId string

// Segments lie in block blobs, logs in append blobs, the membership and reminders of the cluster in tables, streams in queues.
var roles = {
  blobs: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  tables: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  queues: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: name
  location: location
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowBlobPublicAccess: false
    // Nobody signs in with a key.
    allowSharedKeyAccess: false
    // What the product moves to colder tiers it moves itself, blob by blob.
    accessTier: 'Hot'
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      // What is erased has to be gone: nothing that was removed is kept.
      deleteRetentionPolicy: {
        enabled: false
      }
      isVersioningEnabled: false
    }

    resource data 'containers' = {
      name: containerName
    }

    resource backups 'containers' = {
      name: '${containerName}-backups'
    }
  }

  resource tables 'tableServices' = {
    name: 'default'
  }

  resource queues 'queueServices' = {
    name: 'default'
  }
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(roles): {
    scope: storage
    name: guid(storage.id, principalId, role.value)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]

output blobEndpoint string = storage.properties.primaryEndpoints.blob
output tableEndpoint string = storage.properties.primaryEndpoints.table
output queueEndpoint string = storage.properties.primaryEndpoints.queue
output containerName string = storage::blobs::data.name
